/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.modulepath;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jars, Camel's and the others that come with them on the module path. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ModulePathTest {

    /** What is published and what it brings, as the build has put it there. */
    private static final Path MODULES = Path.of("target", "modules");

    private static final Path APPLICATION = Path.of("src", "test", "app");

    private static final Map<String, String> NAMES =
            Map.of("camel-aipi", "io.aipi.camel", "camel-aipi-simulator", "io.aipi.simulator");

    @TempDir
    Path folder;

    @Test
    void eachJarOfOursNamesItsModule() throws IOException {
        Map<String, String> names = new HashMap<>();
        for (Path jar : ours()) {
            try (JarFile file = new JarFile(jar.toFile())) {
                names.put(
                        jar.getFileName().toString().replaceFirst("-\\d.*", ""),
                        file.getManifest().getMainAttributes().getValue("Automatic-Module-Name"));
            }
        }

        assertThat(names).isEqualTo(NAMES);
    }

    @Test
    void noPackageIsInTwoJars() {
        Map<String, List<String>> modules = new HashMap<>();
        for (ModuleReference module : ModuleFinder.of(MODULES).findAll()) {
            ModuleDescriptor descriptor = module.descriptor();
            for (String name : descriptor.packages()) {
                modules.computeIfAbsent(name, none -> new ArrayList<>()).add(descriptor.name());
            }
        }

        assertThat(modules).containsKeys("io.aipi.camel", "io.aipi.client", "io.aipi.simulator", "org.apache.camel");
        assertThat(modules).allSatisfy((name, in) -> assertThat(in).as(name).hasSize(1));
    }

    @Test
    void allJarsTogetherAreAModuleGraph() {
        ModuleFinder modules = ModuleFinder.of(MODULES);

        List<String> names = modules.findAll().stream()
                .map(module -> module.descriptor().name())
                .toList();

        Configuration graph = ModuleLayer.boot().configuration().resolve(modules, ModuleFinder.of(), names);

        assertThat(names).containsAll(NAMES.values()).contains("camel.api", "com.fasterxml.jackson.databind");
        assertThat(graph.modules().stream().map(ResolvedModule::name)).containsAll(names);
    }

    @Test
    void aModuleThatRequiresThemCompilesAndGetsAnAnswer() throws Exception {
        Path classes = folder.resolve("classes");
        run(
                "javac",
                "--module-path",
                MODULES.toString(),
                "-d",
                classes.toString(),
                APPLICATION.resolve("module-info.java").toString(),
                APPLICATION.resolve("com/example/chat/Chat.java").toString());

        String said = run(
                "java",
                "--module-path",
                classes + System.getProperty("path.separator") + MODULES,
                // automatic modules, as most of these are, cannot say what they require themselves
                "--add-modules",
                "ALL-MODULE-PATH,java.se",
                "--module",
                "com.example.chat/com.example.chat.Chat",
                "Hello");

        said.lines().filter(line -> line.startsWith("Answer")).forEach(System.out::println);
        assertThat(said.lines())
                .contains("Answer: You said: Hello", "Chat is in module com.example.chat")
                .anyMatch(line -> line.startsWith("AipiComponent is in module io.aipi.camel"))
                .anyMatch(line -> line.startsWith("AipiSimulator is in module io.aipi.simulator"))
                .anyMatch(line -> line.startsWith("CamelContext is in module camel.api"));
    }

    private static List<Path> ours() throws IOException {
        try (Stream<Path> jars = Files.list(MODULES)) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("camel-aipi"))
                    .toList();
        }
    }

    /** Runs a program of this Java and gives back what it said. */
    private String run(String program, String... arguments) throws IOException, InterruptedException {
        Path said = folder.resolve(program + ".log");
        List<String> command = Stream.concat(
                        Stream.of(Path.of(System.getProperty("java.home"), "bin", program)
                                .toString()),
                        Arrays.stream(arguments))
                .collect(Collectors.toList());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            boolean ended = process.waitFor(90, TimeUnit.SECONDS);
            String text = Files.readString(said);
            assertThat(ended).as("%s has ended; it said %s", program, text).isTrue();
            assertThat(process.exitValue()).as(text).isZero();
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
