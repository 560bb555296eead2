/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark does run; what it measures here is of no interest. */
class MicrobenchmarksTest {

    @BeforeAll
    static void besideOtherRuns() {
        // nothing is measured, so that nobody else who measures on this machine need be waited for
        System.setProperty("jmh.ignoreLock", "true");
    }

    @Test
    void eachBenchmarkRuns() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .mode(Mode.SingleShotTime)
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();

        assertThat(results)
                .extracting(result -> result.getParams().getBenchmark().replaceFirst(".*\\.(\\w+\\.\\w+)", "$1"))
                .containsExactlyInAnyOrder(
                        "ProgressResponseBenchmark.withoutText",
                        "ProgressResponseBenchmark.withText",
                        "TextResultBenchmark.read",
                        "TextResultBenchmark.read",
                        "ImageResultBenchmark.read",
                        "ImageResultBenchmark.read",
                        "RequestBenchmark.textPrompt",
                        "RequestBenchmark.image",
                        "BindingBenchmark.text",
                        "BindingBenchmark.images");
    }
}
