/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Packages of npm that tests need, of the versions and contents that a {@code package-lock.json} pins. */
public final class NpmPackages {

    private static final String LOCK = "package-lock.json";
    private static final long PATIENCE_MINUTES = 5;

    private NpmPackages() {}

    /**
     * Installs what the folder's {@code package.json} and {@code package-lock.json} name, unless it is there. No script of a
     * package is run.
     *
     * @param sources the folder with the two files
     * @param target the folder for {@code node_modules}; made if it is not there
     * @return {@code node_modules}
     */
    public static Path install(Path sources, Path target) throws IOException, InterruptedException {
        Path installed = target.resolve("node_modules");
        boolean isThere = Files.isDirectory(installed)
                && Files.exists(target.resolve(LOCK))
                && Files.mismatch(target.resolve(LOCK), sources.resolve(LOCK)) == -1;
        if (!isThere) {
            Files.createDirectories(target);
            Files.copy(
                    sources.resolve("package.json"),
                    target.resolve("package.json"),
                    StandardCopyOption.REPLACE_EXISTING);
            // not under its name before it is installed
            Path lock = target.resolve("npm-shrinkwrap.json");
            Files.copy(sources.resolve(LOCK), lock, StandardCopyOption.REPLACE_EXISTING);
            run(target);
            Files.move(lock, target.resolve(LOCK), StandardCopyOption.REPLACE_EXISTING);
        }
        return installed;
    }

    private static void run(Path folder) throws IOException, InterruptedException {
        String npm = SystemProgram.require("npm", "npm").toString();
        Path log = folder.resolve("npm.log");
        Process process = new ProcessBuilder(List.of(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        if (!ended || process.exitValue() != 0) {
            throw new IllegalStateException("npm ci has failed in " + folder + ": " + Files.readString(log));
        }
    }
}
