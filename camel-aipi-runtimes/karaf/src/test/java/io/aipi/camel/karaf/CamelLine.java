/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/** A line of Camel, as the jars that its module has brought into a Maven repository of its own. */
enum CamelLine {
    CAMEL_4_10("camel-4.10"),
    CAMEL_4_18("camel-4.18");

    /** An artifact of the repository. */
    record Artifact(String group, String name, String version, Path file) {}

    private final Path repository;

    CamelLine(String module) {
        repository = Path.of(module, "target", "repository").toAbsolutePath();
    }

    Path repository() {
        return repository;
    }

    /** Such as 4.10.7. */
    String version() {
        List<String> versions = artifacts().stream()
                .filter(artifact -> artifact.name().equals("camel-api"))
                .map(Artifact::version)
                .toList();
        if (versions.size() != 1) {
            throw new IllegalStateException(
                    "Not one Camel, but " + versions + " in " + repository + "; mvn clean empties it");
        }
        return versions.get(0);
    }

    /** The versions that differ in their last part only, such as [4.10,4.11). */
    VersionRange range() {
        Version version = new Version(version());
        return new VersionRange(
                VersionRange.LEFT_CLOSED,
                new Version(version.getMajor(), version.getMinor(), 0),
                new Version(version.getMajor(), version.getMinor() + 1, 0),
                VersionRange.RIGHT_OPEN);
    }

    List<Artifact> artifacts() {
        List<Artifact> artifacts = new ArrayList<>();
        try (Stream<Path> files = Files.walk(repository)) {
            for (Path file :
                    (Iterable<Path>) files.filter(path -> path.toString().endsWith(".jar"))::iterator) {
                // group/parts/name/version/name-version.jar
                Path folder = repository.relativize(file.getParent());
                int parts = folder.getNameCount();
                artifacts.add(new Artifact(
                        folder.subpath(0, parts - 2).toString().replace('/', '.'),
                        folder.getName(parts - 2).toString(),
                        folder.getName(parts - 1).toString(),
                        file));
            }
        } catch (IOException e) {
            throw new IllegalStateException("No repository of Camel in " + repository, e);
        }
        return artifacts;
    }

    /** The packages of all jars, with the version of their artifact, which is what wrapped bundles export them with. */
    Map<String, Version> packages() throws IOException {
        Map<String, Version> packages = new TreeMap<>();
        for (Artifact artifact : artifacts()) {
            for (String name : BundleManifestTest.packagesIn(artifact.file())) {
                packages.put(name, Version.parseVersion(artifact.version()));
            }
        }
        return packages;
    }
}
