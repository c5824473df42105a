package test.example;

import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A resource server; application.properties says which tokens it accepts. */
@SpringBootApplication
@EnableMethodSecurity
@RestController
public class ResourceServer {
  public static void main(String[] args) {
    SpringApplication.run(ResourceServer.class, args);
  }

  // Without the check of the tenant, a permission in one tenant is a permission in all of them.
  @GetMapping("/tenants/{tenantId}/customers")
  @PreAuthorize("authentication.token.claims['tenant_id'] == #tenantId and hasAuthority('customers:read')")
  public Map<String, List<Object>> customers(@PathVariable String tenantId) {
    return Map.of("items", List.of());
  }
}
