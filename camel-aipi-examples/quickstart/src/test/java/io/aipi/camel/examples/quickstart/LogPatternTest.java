/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-E10")
class LogPatternTest {

    private static final String CLASS = "DefaultErrorHandler";

    /** The patterns of all examples, as they are in their folders beside this one. */
    private static List<String> patterns() throws IOException {
        try (Stream<Path> examples = Files.list(Path.of(".."))) {
            return examples.map(example -> example.resolve("src/main/resources/log4j2.properties"))
                    .filter(Files::exists)
                    .map(LogPatternTest::pattern)
                    .toList();
        }
    }

    private static String pattern(Path file) {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return properties.getProperty("appender.console.layout.pattern");
    }

    @Test
    void aLineOfALogHasItsLoggersNameWhole_orNone() throws IOException {
        assertThat(patterns()).hasSizeGreaterThanOrEqualTo(4).allSatisfy(pattern -> {
            String line = PatternLayout.newBuilder()
                    .withPattern(pattern)
                    .build()
                    .toSerializable(Log4jLogEvent.newBuilder()
                            .setLoggerName("org.apache.camel.processor.errorhandler." + CLASS)
                            .setLevel(Level.WARN)
                            .setMessage(new SimpleMessage("what happened"))
                            .build());
            assertThat(line).contains("what happened");
            if (pattern.contains("c{1}")) {
                assertThat(line).contains(" " + CLASS + " ");
            }
        });
    }
}
