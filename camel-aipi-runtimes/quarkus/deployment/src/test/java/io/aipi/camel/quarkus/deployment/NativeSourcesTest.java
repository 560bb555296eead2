package io.aipi.camel.quarkus.deployment;

import io.quarkus.test.ProdBuildResults;
import io.quarkus.test.ProdModeTestResults;
import io.quarkus.test.QuarkusProdModeTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NativeSourcesTest {

    @RegisterExtension
    static final QuarkusProdModeTest APPLICATION = new QuarkusProdModeTest()
            .withEmptyApplication()
            .setApplicationName("native")
            .setApplicationVersion("1")
            .overrideConfigKey("quarkus.native.enabled", "true")
            .overrideConfigKey("quarkus.native.sources-only", "true");

    @ProdBuildResults
    ProdModeTestResults results;

    @Test
    void theSourcesOfAnImageAreMade() throws Exception {
        try (Stream<Path> files = Files.walk(results.getBuildDir())) {
            files.forEach(System.err::println);
        }
        System.err.println(results.getResults());
    }
}
