/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.junit;

import static io.aipi.simulator.ScriptedJob.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.http.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** When a server starts, is reset and stops. The nested classes are run by these tests only: Surefire passes them over. */
class AipiServerLifecycleTest {

    private static final List<AipiSimulator> SERVERS = new ArrayList<>();
    private static final List<String> ANSWERS = new ArrayList<>();

    private static void run(int tests, Class<?>... classes) {
        SERVERS.clear();
        ANSWERS.clear();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (Class<?> each : classes) {
            request.selectors(selectClass(each));
        }
        LauncherFactory.create().execute(request.build(), summary);
        assertThat(summary.getSummary().getFailures()).isEmpty();
        assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(tests);
        assertThat(SERVERS).allMatch(server -> !isListening(server));
    }

    private static boolean isListening(AipiSimulator server) {
        try (RawClient client = new RawClient(server.port())) {
            return !client.isClosedByServer();
        } catch (IOException e) {
            return false;
        }
    }

    private static void ask(AipiServer server) throws IOException {
        SERVERS.add(server.simulator());
        try (RawClient client = new RawClient(server.simulator().port())) {
            String result = client.postJson("/llama2_chat", "{\"key\": \"any\", \"text\": \"Hello\"}")
                    .body();
            ANSWERS.add(result.replaceAll(".*\"text\": ?\"([^\"]*)\".*", "$1"));
        }
        assertThat(server.prompts()).containsExactly("Hello");
    }

    static class OfTheClass {

        @RegisterExtension
        static AipiServer server = AipiServer.create().script(answer("declared"));

        @Test
        void one() throws IOException {
            ask(server);
            server.script(answer("of one test"));
        }

        @Test
        void two() throws IOException {
            ask(server);
            server.script(answer("of one test"));
        }

        @Nested
        class Inner {

            @Test
            void three() throws IOException {
                ask(server);
            }
        }
    }

    @Test
    void aServerInAStaticFieldIsOneForTheClassAndThoseWithin_andIsResetBetweenTests() {
        run(3, OfTheClass.class);

        assertThat(SERVERS).hasSize(3).containsOnly(SERVERS.get(0));
        assertThat(ANSWERS).containsOnly("declared");
    }

    static class OfTheTest {

        @RegisterExtension
        AipiServer server = AipiServer.create().script(answer("declared"));

        @BeforeEach
        void script() {
            server.script("llama2_chat", answer("before each"));
        }

        @Test
        void one() throws IOException {
            ask(server);
        }

        @Test
        void two() throws IOException {
            ask(server);
        }
    }

    @Test
    void aServerInAnInstanceFieldIsOneForEachTest() {
        run(2, OfTheTest.class);

        assertThat(SERVERS).doesNotHaveDuplicates().hasSize(2);
        assertThat(ANSWERS).containsOnly("before each");
    }

    abstract static class Base {

        @RegisterExtension
        static AipiServer server = AipiServer.create().script(answer("of the base"));

        @Test
        void one() throws IOException {
            ask(server);
        }

        @Test
        void two() throws IOException {
            ask(server);
        }
    }

    static class WithAScriptOfItsOwn extends Base {

        @BeforeAll
        static void script() {
            server.script(answer("of the class"));
        }
    }

    static class WithoutAScriptOfItsOwn extends Base {}

    @Test
    void whatIsSaidBeforeAllTestsHoldsForEach_andNotForAnotherClass() {
        run(4, WithAScriptOfItsOwn.class, WithoutAScriptOfItsOwn.class);

        assertThat(ANSWERS).containsExactly("of the class", "of the class", "of the base", "of the base");
    }
}
