/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.fault.FaultCell.Seen;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ResultLostException;
import io.aipi.simulator.Generation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever breaks, at whichever call: no submit that may have been accepted is sent again, no job passes for successful
 * without its result, each exchange ends once and in time; and it ends as the documentation says.
 *
 * <p>With {@code -Daipi.docs.update=true} the tables of the documentation are brought up to date first.
 */
class FaultTableTest {

    /** Cells at once: they wait most of their time. */
    private static final int AT_ONCE = 8;

    private static final Map<Boolean, FaultTable> TABLES =
            Map.of(false, new FaultTable("faults"), true, new FaultTable("lasting faults"));

    private static final Map<Cell, CompletableFuture<Seen>> SEEN = new LinkedHashMap<>();
    private static ExecutorService runners;
    /** Of those that wait for a timeout, and are hardly any load. */
    private static ExecutorService waiters;

    /** A fault at a call of a server. */
    record Cell(Call call, Fault fault, boolean lasting, Generation generation) {

        FaultCell with(TestTls tls) {
            return new FaultCell(call, fault, lasting, generation, tls);
        }

        @Override
        public String toString() {
            return call.heading + ": " + fault.label + (lasting ? ", for good" : "") + " (" + generation + ")";
        }
    }

    /** The two whose outcomes the table has; 0.9.0 differs from them in its sessions, which have tests of their own. */
    private static final List<Generation> GENERATIONS = List.of(Generation.DOCUMENTED, Generation.SERVED);

    static Stream<Cell> cells() {
        return Stream.of(false, true)
                .flatMap(lasting -> faults(lasting).stream()
                        .flatMap(fault -> Arrays.stream(Call.values())
                                .filter(fault::concerns)
                                .flatMap(call -> GENERATIONS.stream()
                                        // what lasts ends in the same code for both, but for the login
                                        .filter(generation ->
                                                !lasting || generation == Generation.SERVED || call == Call.LOGIN)
                                        .map(generation -> new Cell(call, fault, lasting, generation)))));
    }

    private static List<Fault> faults(boolean lasting) {
        return Arrays.stream(Fault.values())
                .filter(fault -> !lasting || fault.canLast())
                .toList();
    }

    @BeforeAll
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    static void run(@TempDir Path folder) throws Exception {
        TestTls tls = new TestTls(folder);
        runners = Executors.newFixedThreadPool(AT_ONCE);
        waiters = Executors.newFixedThreadPool(2 * AT_ONCE);
        cells().forEach(cell -> SEEN.put(
                cell,
                CompletableFuture.supplyAsync(
                        () -> run(cell.with(tls)), cell.fault().takesTimeout() ? waiters : runners)));
        CompletableFuture.allOf(SEEN.values().toArray(CompletableFuture[]::new))
                .handle((all, failure) -> failure)
                .join();
        if (Boolean.getBoolean("aipi.docs.update")) {
            for (boolean lasting : TABLES.keySet()) {
                TABLES.get(lasting).write(faults(lasting), (fault, call) -> outcome(call, fault, lasting));
            }
        }
    }

    @AfterAll
    static void end() {
        runners.shutdownNow();
        waiters.shutdownNow();
        SEEN.clear();
    }

    private static Seen run(FaultCell cell) {
        try {
            return cell.run();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    /** What the table has to say: one outcome, or one for each generation of servers. */
    private static String outcome(Call call, Fault fault, boolean lasting) {
        if (!fault.concerns(call)) {
            return FaultTable.NOTHING;
        }
        Map<Generation, String> outcomes = new LinkedHashMap<>();
        for (Generation generation : GENERATIONS) {
            CompletableFuture<Seen> seen = SEEN.get(new Cell(call, fault, lasting, generation));
            if (seen != null) {
                outcomes.put(generation, seen.join().outcome());
            }
        }
        if (outcomes.values().stream().distinct().count() == 1) {
            return outcomes.values().iterator().next();
        }
        return "documented API: " + outcomes.get(Generation.DOCUMENTED) + "; served API: "
                + outcomes.get(Generation.SERVED);
    }

    @ParameterizedTest
    @MethodSource("cells")
    void noSubmitIsRepeatedNoResultInventedAndTheEndComesOnceAndInTime(Cell cell) {
        Seen seen = SEEN.get(cell).join();

        assertThat(seen.hits()).as("times the fault has happened").isPositive();
        assertThat(seen.callbacks()).as("ends of the exchange").isEqualTo(1);
        assertThat(seen.took()).as("time until the end").isLessThan(seen.allowed());
        assertThat(seen.jobsAccepted()).as("jobs at the server").isLessThanOrEqualTo(1);
        if (cell.call().isSubmit() && cell.fault().leavesDoubt()) {
            assertThat(seen.submitsSent())
                    .as("submits, the first of which may have been accepted")
                    .isEqualTo(1);
        }
        if (!cell.call().isPoll() && cell.fault() != Fault.STATUS_429) {
            assertThat(seen.tries()).as("tries").isLessThanOrEqualTo(3);
        }
        if (seen.failure() instanceof ResultLostException && cell.fault() != Fault.RESULT_TAKEN) {
            assertThat(seen.failure()).as("loss, which was seen").hasCauseInstanceOf(AipiException.class);
        }
        assertThat(seen.requestsAfterwards())
                .as("requests after the end: %s", seen.failure())
                .isEqualTo(seen.requestsAtTheEnd());
        if (cell.fault() == Fault.STATUS_429 && seen.pause() != null) {
            assertThat(seen.pause()).as("pause that the server asked for").isGreaterThan(Duration.ofMillis(990));
        }
        if (seen.failure() == null) {
            assertThat(seen.body()).isEqualTo(cell.with(null).expectedBody());
            assertThat(seen.result()).isNotNull();
            assertThat(seen.stepsBehind()).as("times the route has gone on").isEqualTo(1);
        } else {
            assertThat(seen.result()).isNull();
            assertThat(seen.stepsBehind()).as("times the route has gone on").isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void theDocumentationSaysHowItEnds(Cell cell) throws IOException {
        String how = "run this test with -Daipi.docs.update=true if the new outcome is the better one";
        assertThat(TABLES.get(cell.lasting()).read())
                .extractingByKey(cell.fault().label)
                .as(how)
                .extracting(row -> row.get(cell.call().heading))
                .isEqualTo(outcome(cell.call(), cell.fault(), cell.lasting()));
    }

    @Test
    void theDocumentationHasNoOtherRowsAndSaysWhatCannotHappen() throws IOException {
        for (boolean lasting : TABLES.keySet()) {
            Map<String, Map<String, String>> table = TABLES.get(lasting).read();
            assertThat(table.keySet())
                    .containsExactlyElementsOf(
                            faults(lasting).stream().map(fault -> fault.label).toList());
            for (Fault fault : faults(lasting)) {
                for (Call call : Call.values()) {
                    boolean said =
                            !FaultTable.NOTHING.equals(table.get(fault.label).get(call.heading));
                    assertThat(said).as("%s, %s", fault.label, call.heading).isEqualTo(fault.concerns(call));
                }
            }
        }
    }
}
