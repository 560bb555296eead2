/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/** The component's jar is a bundle that asks for what it needs, and no more. */
class BundleManifestTest {

    /** A clause of a header that holds packages: the name, and its directives and attributes. */
    private static final Pattern CLAUSE = Pattern.compile("([\\w.]+)((?:;[\\w-]+:?=(?:\"[^\"]*\"|[^;,]*))*)(?:,|$)");

    private static final Pattern VERSION = Pattern.compile(";version=\"([^\"]*)\"");

    private static Attributes manifest;
    private static Map<String, String> imports;
    private static Map<String, String> exports;

    @BeforeAll
    static void readManifest() throws IOException {
        manifest = Build.manifest(Build.COMPONENT).getMainAttributes();
        imports = packages(Constants.IMPORT_PACKAGE);
        exports = packages(Constants.EXPORT_PACKAGE);
    }

    @Test
    void everyImportThatIsNotTheJdksHasARangeWithAnUpperEnd() {
        assertThat(withoutJdk(imports)).isNotEmpty().allSatisfy((name, parameters) -> {
            VersionRange range = new VersionRange(version(parameters));
            assertThat(range.getRight()).as(name).isNotNull();
            assertThat(range.getRightType()).as(name).isEqualTo(VersionRange.RIGHT_OPEN);
            assertThat(range.isEmpty()).as(name).isFalse();
        });
    }

    @Test
    void theRangesBeginAtWhatCamel410Brings() {
        Map<String, String> begin = Map.of(
                "org.apache.camel", "[4.10.0,5.0.0)",
                "com.fasterxml.jackson", "[2.18.0,3.0.0)",
                // camel-karaf's bundles of HttpComponents export packages without a version
                "org.apache.hc", "[0.0.0,6.0.0)",
                "org.slf4j", "[2.0.0,3.0.0)");
        assertThat(required()).allSatisfy((name, parameters) -> {
            String library = begin.keySet().stream()
                    .filter(prefix -> name.equals(prefix) || name.startsWith(prefix + "."))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("An import of something else: " + name));
            assertThat(new VersionRange(version(parameters))).as(name).isEqualTo(new VersionRange(begin.get(library)));
        });
    }

    @Test
    void theJarsOfBothLinesAreWithinTheRanges() throws IOException {
        for (CamelLine line : CamelLine.values()) {
            Map<String, Version> provided = line.packages();
            Map<String, String> needed = required();
            // Karaf's own logging has it
            needed.remove("org.slf4j");
            assertThat(needed).as("Camel " + line.version()).allSatisfy((name, parameters) -> {
                assertThat(provided).containsKey(name);
                assertThat(new VersionRange(version(parameters)).includes(provided.get(name)))
                        .as("%s %s", name, provided.get(name))
                        .isTrue();
            });
        }
    }

    @Test
    void nothingOfTestsOrOfTheInsideOfTheJdkIsImported() {
        assertThat(imports.keySet())
                .noneMatch(name -> name.matches("(sun|jdk|com\\.sun|org\\.junit|org\\.assertj|org\\.awaitility"
                        + "|org\\.apache\\.camel\\.test|org\\.apache\\.logging|io\\.aipi)(\\..*)?"));
        assertThat(imports.keySet().stream().filter(BundleManifestTest::isJdk)).containsExactly("javax.net.ssl");
    }

    @Test
    void whatCamelLooksAtOnTheComponentsClassesIsImported() {
        assertThat(imports).containsKey("org.apache.camel.spi.annotations");
    }

    @Test
    void whatTelemetryNeedsIsOptional_andNothingElse() {
        assertThat(imports)
                .allSatisfy((name, parameters) -> assertThat(isOptional(parameters))
                        .as(name)
                        .isEqualTo(name.startsWith("io.micrometer.") || name.startsWith("org.apache.camel.telemetry")));
    }

    private static boolean isOptional(String parameters) {
        return parameters.contains("resolution:=optional");
    }

    private static Map<String, String> required() {
        Map<String, String> required = withoutJdk(imports);
        required.values().removeIf(BundleManifestTest::isOptional);
        return required;
    }

    @Test
    void exactlyThePackagesOfTheApiAreExportedWithTheVersionOfTheBundle() throws IOException {
        assertThat(exports.keySet())
                .containsExactlyInAnyOrder(
                        "io.aipi.camel",
                        "io.aipi.camel.chat",
                        "io.aipi.camel.converter",
                        "io.aipi.camel.event",
                        "io.aipi.camel.store",
                        "io.aipi.client",
                        "io.aipi.client.error",
                        "io.aipi.client.model",
                        "io.aipi.client.options",
                        "io.aipi.client.spi");
        Version bundle = Version.parseVersion(manifest.getValue(Constants.BUNDLE_VERSION));
        Version expected = new Version(bundle.getMajor(), bundle.getMinor(), bundle.getMicro());
        assertThat(exports.values())
                .allSatisfy(parameters ->
                        assertThat(Version.parseVersion(version(parameters))).isEqualTo(expected));
        assertThat(packagesIn(Build.COMPONENT))
                .as("beside the exported ones there are internal ones only")
                .allMatch(name -> exports.containsKey(name) || name.contains(".internal"));
    }

    @Test
    void noPackageIsSplitBetweenTheBundleAndWhatItRunsWith() throws IOException {
        Set<String> own = packagesIn(Build.COMPONENT);
        for (CamelLine line : CamelLine.values()) {
            assertThat(line.packages().keySet()).doesNotContainAnyElementsOf(own);
        }
    }

    @Test
    void itIsABundleByItsNameAndNeedsJava17() {
        assertThat(manifest.getValue(Constants.BUNDLE_SYMBOLICNAME)).isEqualTo("camel-aipi");
        assertThat(manifest.getValue(Constants.BUNDLE_MANIFESTVERSION)).isEqualTo("2");
        assertThat(manifest.getValue(Constants.REQUIRE_CAPABILITY))
                .isEqualTo("osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=17))\"");
    }

    @Test
    void theServicesThatCamelLooksForAreInTheBundle() throws IOException {
        try (JarFile jar = new JarFile(Build.COMPONENT.toFile())) {
            assertThat(List.of(
                            "component/aipi",
                            "configurer/aipi-component",
                            "configurer/aipi-endpoint",
                            "urifactory/aipi-endpoint",
                            "dev-console/aipi",
                            "TypeConverterLoader"))
                    .allSatisfy(service -> assertThat(jar.getEntry("META-INF/services/org/apache/camel/" + service))
                            .as(service)
                            .isNotNull());
        }
    }

    private static Map<String, String> packages(String header) {
        Map<String, String> packages = new TreeMap<>();
        Matcher clause = CLAUSE.matcher(manifest.getValue(header));
        int end = 0;
        while (clause.lookingAt()) {
            packages.put(clause.group(1), clause.group(2));
            end = clause.end();
            clause.region(end, manifest.getValue(header).length());
        }
        assertThat(end)
                .as("read to its end: " + header)
                .isEqualTo(manifest.getValue(header).length());
        return packages;
    }

    private static String version(String parameters) {
        Matcher version = VERSION.matcher(parameters);
        assertThat(version.find()).as("a version in " + parameters).isTrue();
        return version.group(1);
    }

    /** Its packages have no version, and are there with Java 17, which the bundle asks for. */
    private static boolean isJdk(String name) {
        return name.startsWith("java.") || name.startsWith("javax.");
    }

    private static Map<String, String> withoutJdk(Map<String, String> packages) {
        return packages.entrySet().stream()
                .filter(entry -> !isJdk(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** The packages with a class in them. */
    static Set<String> packagesIn(Path jar) throws IOException {
        assertThat(Files.isRegularFile(jar)).as(jar.toString()).isTrue();
        try (JarFile file = new JarFile(jar.toFile());
                Stream<String> names = file.stream().map(entry -> entry.getName())) {
            return names.filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
                    .filter(name -> name.contains("/"))
                    .map(name -> name.substring(0, name.lastIndexOf('/')).replace('/', '.'))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
