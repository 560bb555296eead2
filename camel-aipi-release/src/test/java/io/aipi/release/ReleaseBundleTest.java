/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.bouncycastle.openpgp.PGPException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Releases a copy of the sources as RELEASING.md says, signed with a key that is thrown away, and reads the bundle as Maven
 * Central would.
 */
@Tag("nightly")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ReleaseBundleTest {

    private static final String VERSION = "0.1.0";
    private static final String FOLDER = "io/aipi/camel/";
    private static final Path COPY = Path.of("target", "release-test").toAbsolutePath();
    private static final Set<String> NOT_COPIED = Set.of("target", ".git", ".jqwik-database");
    private static final List<Pom> POMS = Pom.ofThisBuild();

    private static final Map<String, byte[]> BUNDLE = new TreeMap<>();
    private static SigningKey key;

    @BeforeAll
    static void release() throws Exception {
        key = SigningKey.create();
        copy(Pom.ROOT);
        Path parent = COPY.resolve("pom.xml");
        Files.writeString(parent, Files.readString(parent).replace("camel-aipi.example", "aipi.invalid"));
        maven("versions:set", "-DnewVersion=" + VERSION, "-DprocessAllModules=true", "-DgenerateBackupPoms=false");
        // the generated metadata has the version
        maven(
                "process-classes",
                "-pl",
                "camel-aipi-component,camel-aipi-runtimes/endpoint-dsl",
                "-am",
                "-Dmaven.test.skip=true",
                "-Daipi.generated.check.skip=true");
        maven("-Prelease", "-Dmaven.test.skip=true", "-pl", "camel-aipi-release", "-am", "clean", "deploy");
        Path bundle = COPY.resolve("camel-aipi-release/target/camel-aipi-" + VERSION + "-bundle.zip");
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(bundle))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    BUNDLE.put(entry.getName(), zip.readAllBytes());
                }
            }
        }
    }

    private static void copy(Path source) throws IOException {
        if (Files.exists(COPY)) {
            try (Stream<Path> old = Files.walk(COPY)) {
                for (Path each : old.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (NOT_COPIED.contains(folder.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(COPY.resolve(source.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!NOT_COPIED.contains(file.getFileName().toString())) {
                    Files.copy(file, COPY.resolve(source.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void maven(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString(), "-B"));
        command.addAll(List.of(arguments));
        Path log = Files.createDirectories(Path.of("target")).resolve("release-test.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(COPY.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("MAVEN_GPG_KEY", key.armored());
        builder.environment().put("MAVEN_GPG_PASSPHRASE", SigningKey.PASSPHRASE);
        Process maven = builder.start();
        Thread ender = new Thread(maven::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(ender);
        try {
            assertThat(maven.waitFor())
                    .as("%s: see %s", command, log.toAbsolutePath())
                    .isZero();
        } finally {
            maven.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(ender);
        }
    }

    static Stream<String> published() {
        return POMS.stream().filter(Pom::isPublished).map(Pom::artifactId);
    }

    /** Files that are no checksum and no signature. */
    static Stream<String> files() {
        return BUNDLE.keySet().stream().filter(name -> !name.matches(".*\\.(asc|md5|sha1|sha256|sha512)"));
    }

    @Test
    void itHasThePublishedArtifactsAndNothingElse() {
        assertThat(BUNDLE.keySet()).isNotEmpty().allMatch(name -> name.startsWith(FOLDER));
        assertThat(BUNDLE.keySet().stream()
                        .map(name -> name.substring(FOLDER.length()).split("/")[0])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(published().toList());
    }

    @ParameterizedTest
    @MethodSource("published")
    void itHasItsFiles(String artifactId) {
        Pom pom = POMS.stream()
                .filter(one -> one.artifactId().equals(artifactId))
                .findFirst()
                .orElseThrow();
        Set<String> endings = files().filter(name -> name.startsWith(FOLDER + artifactId + "/"))
                .map(name -> name.substring(
                        (FOLDER + artifactId + "/" + VERSION + "/" + artifactId + "-" + VERSION).length()))
                .collect(Collectors.toSet());

        Set<String> wanted = pom.packaging().equals("pom")
                ? artifactId.equals("camel-aipi-karaf") ? Set.of(".pom", "-features.xml") : Set.of(".pom")
                : Set.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json");
        assertThat(endings).isEqualTo(wanted);
    }

    @ParameterizedTest
    @MethodSource("files")
    void itIsSigned(String name) throws IOException, PGPException {
        assertThat(BUNDLE).containsKey(name + ".asc");
        assertThat(key.hasSigned(BUNDLE.get(name), BUNDLE.get(name + ".asc"))).isTrue();
        assertThat(key.hasSigned("another".getBytes(StandardCharsets.UTF_8), BUNDLE.get(name + ".asc")))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("files")
    void itsChecksumsAreRight(String name) throws GeneralSecurityException {
        for (Map.Entry<String, String> algorithm :
                Map.of(".md5", "MD5", ".sha1", "SHA-1").entrySet()) {
            byte[] sum = MessageDigest.getInstance(algorithm.getValue()).digest(BUNDLE.get(name));
            assertThat(BUNDLE).containsKey(name + algorithm.getKey());
            assertThat(new String(BUNDLE.get(name + algorithm.getKey()), StandardCharsets.US_ASCII))
                    .isEqualTo(HexFormat.of().formatHex(sum));
        }
    }

    /** What Maven Central asks for, in the POM or in a parent that is in the bundle. */
    @ParameterizedTest
    @MethodSource("published")
    void itsPomIsComplete(String artifactId) {
        Pom pom = staged(artifactId);

        assertThat(pom.text("name")).isPresent();
        assertThat(pom.text("description")).isPresent();
        for (String element : List.of(
                "groupId",
                "version",
                "url",
                "licenses/license/name",
                "licenses/license/url",
                "developers/developer/name",
                "scm/connection",
                "scm/developerConnection",
                "scm/url")) {
            assertThat(pom.inherited(element)).as(element).isPresent();
        }
        assertThat(pom.inherited("groupId")).contains("io.aipi.camel");
        assertThat(pom.inherited("version")).contains(VERSION);
        assertThat(pom.inherited("url")).contains("https://aipi.invalid/camel-aipi");
        assertThat(new String(BUNDLE.get(file(artifactId, ".pom")), StandardCharsets.UTF_8))
                .doesNotContain("SNAPSHOT")
                .doesNotContain("<repositories>");
    }

    @Test
    void theBomHasNoParentAndOnlyOurVersions() {
        Pom bom = staged("camel-aipi-bom");

        assertThat(bom.parent()).isEmpty();
        assertThat(bom.managed())
                .containsExactlyInAnyOrderElementsOf(POMS.stream()
                        .filter(pom -> pom.artifactId().equals("camel-aipi-bom"))
                        .findFirst()
                        .orElseThrow()
                        .managed());
        assertThat(new String(BUNDLE.get(file("camel-aipi-bom", ".pom")), StandardCharsets.UTF_8)
                        .replace("${project.version}", VERSION))
                .doesNotContain("${");
    }

    /** Whoever opens them finds classes, sources and documentation. */
    @Test
    void itsJarsHaveWhatTheirNamesSay() throws IOException {
        assertThat(entries("camel-aipi", ".jar")).contains("io/aipi/camel/AipiComponent.class", "META-INF/LICENSE");
        assertThat(entries("camel-aipi", "-sources.jar"))
                .contains("io/aipi/camel/AipiComponent.java", "io/aipi/camel/AipiComponentConfigurer.java");
        assertThat(entries("camel-aipi", "-javadoc.jar"))
                .anyMatch(name -> name.endsWith("io/aipi/client/AipiClient.html"));
        assertThat(entries("camel-aipi-kamelets", "-javadoc.jar")).contains("README.txt");
    }

    private static List<String> entries(String artifactId, String ending) throws IOException {
        List<String> names = new ArrayList<>();
        try (InputStream file = new java.io.ByteArrayInputStream(BUNDLE.get(file(artifactId, ending)));
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }

    private static String file(String artifactId, String ending) {
        return FOLDER + artifactId + "/" + VERSION + "/" + artifactId + "-" + VERSION + ending;
    }

    private static Pom staged(String artifactId) {
        assertThat(BUNDLE).containsKey(file(artifactId, ".pom"));
        Pom alone = new Pom(Pom.parse(BUNDLE.get(file(artifactId, ".pom"))), Optional.empty());
        return new Pom(alone.project(), alone.text("parent/artifactId").map(ReleaseBundleTest::staged));
    }
}
