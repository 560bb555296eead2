/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jmspipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatedEndpoint;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.main.Main;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as it is started by the README's command, with its real broker, a real store and a fast simulator. */
class JmsPipelineTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> SYSTEM_PROPERTIES = List.of("folder", "broker.port");

    @TempDir
    private Path folder;

    private final Properties properties = new Properties();
    private AipiSimulator server;
    private Main application;
    private String brokerUrl = "vm://0";

    @BeforeEach
    void aServer() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .workers(4)
                .computeTime(Duration.ofMillis(100))
                .start();
        System.setProperty("folder", folder.toString());
        System.setProperty("broker.port", "0");
        properties.setProperty("demo", "false");
        properties.setProperty("camel.component.aipi.server-url", server.url());
    }

    @AfterEach
    void stopAll() {
        stop();
        server.close();
        SYSTEM_PROPERTIES.forEach(System::clearProperty);
    }

    private void start() throws Exception {
        start(Map.of());
    }

    private void start(Map<String, Object> beans) throws Exception {
        application = new Main();
        application.setOverrideProperties(properties);
        beans.forEach(application::bind);
        application.start();
    }

    private void stop() {
        if (application != null) {
            application.stop();
            application = null;
        }
    }

    private int storedJobs() {
        DataSource jobs =
                application.getCamelContext().getRegistry().lookupByNameAndType("jobsDataSource", DataSource.class);
        try (Connection connection = jobs.getConnection();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from aipi_job where state <> 'RESERVED'")) {
            count.next();
            return count.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- what a JMS client does and sees

    private interface Work {
        void with(JMSContext jms) throws Exception;
    }

    private void jms(Work work) throws Exception {
        try (ActiveMQConnectionFactory connections = new ActiveMQConnectionFactory(brokerUrl)) {
            // a broker on a machine that is busy starting other processes
            connections.setCallTimeout(TimeUnit.MINUTES.toMillis(1));
            try (JMSContext jms = connections.createContext(JMSContext.AUTO_ACKNOWLEDGE)) {
                work.with(jms);
            }
        }
    }

    private static void prompt(JMSContext jms, String text) {
        jms.createProducer().send(jms.createQueue("prompts"), text);
    }

    private void prompts(int count) throws Exception {
        jms(jms -> {
            for (int i = 0; i < count; i++) {
                prompt(jms, "Prompt " + i + ".");
            }
        });
    }

    private static List<Message> receive(JMSContext jms, String queue, int count) {
        List<Message> messages = new ArrayList<>();
        try (JMSConsumer consumer = jms.createConsumer(jms.createQueue(queue))) {
            while (messages.size() < count) {
                Message message = consumer.receive(PATIENCE.toMillis());
                assertThat(message)
                        .as("%s messages of %s in %s", messages.size(), count, queue)
                        .isNotNull();
                messages.add(message);
            }
        }
        return messages;
    }

    private static void assertThatIsEmpty(JMSContext jms, String... queues) throws JMSException {
        for (String queue : queues) {
            assertThat(jms.createBrowser(jms.createQueue(queue))
                            .getEnumeration()
                            .hasMoreElements())
                    .as("a message in " + queue)
                    .isFalse();
        }
    }

    private static String text(Message message) throws JMSException {
        return ((TextMessage) message).getText();
    }

    private static Set<String> texts(List<Message> messages) throws JMSException {
        Set<String> texts = new TreeSet<>();
        for (Message message : messages) {
            texts.add(text(message));
        }
        return texts;
    }

    private static Set<String> answers(int count) {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            answers.add("You said: Prompt " + i + ".");
        }
        return answers;
    }

    // ---- answers

    @Test
    void anAnswerHasTheCorrelationAndThePropertiesOfItsPrompt() throws Exception {
        start();
        jms(jms -> {
            Queue prompts = jms.createQueue("prompts");
            jms.createProducer()
                    .setJMSCorrelationID("order-1")
                    .setProperty("customer", 42)
                    .send(prompts, "With a correlation");
            MapMessage parameters = jms.createMapMessage();
            parameters.setString("prompt_input", "As parameters");
            parameters.setDouble("temperature", 0.1);
            jms.createProducer().send(prompts, parameters);

            Map<String, Message> answers = new HashMap<>();
            for (Message answer : receive(jms, "answers", 2)) {
                answers.put(text(answer), answer);
            }

            Message first = answers.get("You said: With a correlation");
            assertThat(first.getJMSCorrelationID()).isEqualTo("order-1");
            assertThat(first.getIntProperty("customer")).isEqualTo(42);
            Message second = answers.get("You said: As parameters");
            assertThat(second.getJMSCorrelationID()).isEqualTo(parameters.getJMSMessageID());
            for (String internal : List.of("correlation", "resubmitted", "replyTo")) {
                assertThat(second.propertyExists(internal)).as(internal).isFalse();
            }
            await().atMost(PATIENCE).until(() -> storedJobs() == 0);
            assertThatIsEmpty(jms, "prompts", "prompts.failed");
        });
    }

    @Test
    void anAnswerGoesWhereReplyToSays() throws Exception {
        start();
        jms(jms -> {
            TemporaryQueue mine = jms.createTemporaryQueue();
            jms.createProducer().setJMSReplyTo(mine).send(jms.createQueue("prompts"), "Hello");

            try (JMSConsumer consumer = jms.createConsumer(mine)) {
                Message answer = consumer.receive(PATIENCE.toMillis());
                assertThat(text(answer)).isEqualTo("You said: Hello");
            }
            assertThatIsEmpty(jms, "answers");
        });
    }

    /** Camel lets headers in that begin with camel and not with Camel, and reads them all the same. */
    @Test
    void noHeaderOfASenderSteersAnything() throws Exception {
        start();
        jms(jms -> {
            for (String prefix : List.of("camelaipi", "CAMELAIPI", "CamelAipi")) {
                jms.createProducer()
                        .setProperty(prefix + "operation", "list")
                        .setProperty(prefix + "prompt", "evil")
                        .setProperty(prefix + "jobId", "another-job")
                        .setProperty(prefix + "requestId", "another-request")
                        .send(jms.createQueue("prompts"), prefix);
            }

            assertThat(texts(receive(jms, "answers", 3)))
                    .containsExactlyInAnyOrder("You said: camelaipi", "You said: CAMELAIPI", "You said: CamelAipi");
            assertThatIsEmpty(jms, "prompts", "prompts.failed");
        });
    }

    @Test
    void poisonGoesToTheQueueOfTheFailedWithTheReasonInItsHeaders() throws Exception {
        start();
        jms(jms -> {
            Queue prompts = jms.createQueue("prompts");
            jms.createProducer().setJMSCorrelationID("empty").send(prompts, "");
            jms.createProducer()
                    .setJMSCorrelationID("broken")
                    .setProperty("Content_HYPHEN_Type", "application/json")
                    .send(prompts, "{\"prompt_input\": ");
            MapMessage wrong = jms.createMapMessage();
            wrong.setString("prompt_input", "Hello");
            wrong.setString("top_k", "many");
            jms.createProducer().setJMSCorrelationID("wrong").send(prompts, wrong);
            jms.createProducer()
                    .setJMSCorrelationID("fails")
                    .setProperty("customer", 42)
                    .send(prompts, "Hello @error=Out_of_memory");
            jms.createProducer().setJMSCorrelationID("good").send(prompts, "Hello");

            Map<String, Message> failed = new HashMap<>();
            for (Message message : receive(jms, "prompts.failed", 4)) {
                failed.put(message.getJMSCorrelationID(), message);
            }
            assertThat(receive(jms, "answers", 1).get(0).getJMSCorrelationID()).isEqualTo("good");

            assertThat(failed).containsOnlyKeys("empty", "broken", "wrong", "fails");
            for (String name : List.of("empty", "broken", "wrong")) {
                assertThat(failed.get(name).getStringProperty("errorType"))
                        .as(name)
                        .isEqualTo("InvalidRequestException");
            }
            assertThat(failed.get("empty").getStringProperty("reason")).contains("empty");
            assertThat(failed.get("broken").getStringProperty("reason")).contains("JSON");
            assertThat(text(failed.get("broken"))).isEqualTo("{\"prompt_input\": ");
            assertThat(failed.get("wrong").getStringProperty("reason")).contains("top_k");
            assertThat(((MapMessage) failed.get("wrong")).getString("top_k")).isEqualTo("many");
            Message fails = failed.get("fails");
            assertThat(fails.getStringProperty("errorType")).isEqualTo("JobFailedException");
            assertThat(fails.getStringProperty("reason")).contains("Out of memory");
            assertThat(fails.getIntProperty("customer")).isEqualTo(42);
            assertThat(text(fails)).isEqualTo("Hello @error=Out_of_memory");
            await().atMost(PATIENCE).until(() -> storedJobs() == 0);
            assertThatIsEmpty(jms, "prompts", "answers", "prompts.failed");
        });
        assertThat(server.stats().submits()).isEqualTo(2);
    }

    @Test
    void aBrokerOfYoursIsUsedByItsUrl() throws Exception {
        EmbeddedActiveMQ yours = new EmbeddedActiveMQ();
        yours.start();
        try {
            properties.setProperty("broker", "external");
            properties.setProperty("broker.url", "vm://0?consumerWindowSize=0");
            start();
            prompts(1);

            jms(jms -> assertThat(texts(receive(jms, "answers", 1))).isEqualTo(answers(1)));

            stop();
            assertThat(yours.getActiveMQServer().isStarted()).isTrue();
        } finally {
            stop();
            yours.stop();
        }
    }

    // ---- what goes wrong around it

    /** Fails the route of the prompts after their job has been stored, as often as it is told. */
    private static final class Sabotage implements InterceptStrategy {

        private final AtomicInteger submits = new AtomicInteger();
        private final int failures;

        Sabotage(int failures) {
            this.failures = failures;
        }

        @Override
        public Processor wrapProcessorInInterceptors(
                CamelContext context, NamedNode node, Processor target, Processor next) {
            boolean submit = node instanceof ToDefinition to
                    && "direct:submit".equals(to.getUri())
                    && "prompts".equals(node.getParent().getParent().getParent().getId());
            return submit ? exchange -> sabotaged(target, exchange) : target;
        }

        private void sabotaged(Processor target, Exchange exchange) throws Exception {
            target.process(exchange);
            if (exchange.getException() == null && submits.incrementAndGet() <= failures) {
                throw new IllegalStateException("Sabotage after the job was stored");
            }
        }
    }

    @Test
    void aPromptThatIsRolledBackAfterItsJobWasStoredIsRedelivered_andNotSubmittedTwice() throws Exception {
        server.stopWorkers("llama3_chat");
        Sabotage sabotage = new Sabotage(2);
        start(Map.of("sabotage", sabotage));
        prompts(1);
        await().atMost(PATIENCE).until(() -> sabotage.submits.get() == 3);

        server.startWorkers("llama3_chat", 1);

        jms(jms -> {
            assertThat(texts(receive(jms, "answers", 1))).isEqualTo(answers(1));
            await().atMost(PATIENCE).until(() -> storedJobs() == 0);
            assertThatIsEmpty(jms, "prompts", "answers", "prompts.failed");
        });
        assertThat(server.stats().submits()).isEqualTo(1);
    }

    @Test
    void jobsThatTheServerForgetsAreSubmittedAgain() throws Exception {
        server.stopWorkers("llama3_chat");
        start();
        prompts(10);
        await().atMost(PATIENCE).until(() -> storedJobs() == 10);

        server.restart();
        server.startWorkers("llama3_chat", 4);

        jms(jms -> {
            assertThat(texts(receive(jms, "answers", 10))).isEqualTo(answers(10));
            await().atMost(PATIENCE).until(() -> storedJobs() == 0);
            assertThatIsEmpty(jms, "prompts", "answers", "prompts.failed");
        });
        assertThat(server.stats().submits()).isEqualTo(20);
    }

    @Test
    void aPromptThatIsForgottenTooOftenFails() throws Exception {
        properties.setProperty("resubmits", "0");
        server.stopWorkers("llama3_chat");
        start();
        prompts(1);
        await().atMost(PATIENCE).until(() -> storedJobs() == 1);

        server.restart();

        jms(jms -> {
            Message failed = receive(jms, "prompts.failed", 1).get(0);
            assertThat(failed.getStringProperty("errorType")).isEqualTo("JobLapsedException");
            assertThat(text(failed)).isEqualTo("Prompt 0.");
        });
    }

    @Test
    void whileTheServerIsAwayPromptsStayInTheirQueue_alsoAtTheStart() throws Exception {
        server.goDown();
        start();
        prompts(1);
        // rolled back, and waiting for its next delivery
        EmbeddedActiveMQ broker =
                application.getCamelContext().getRegistry().lookupByNameAndType("broker", EmbeddedActiveMQ.class);
        await().atMost(PATIENCE)
                .until(() -> broker.getActiveMQServer().locateQueue("prompts").getScheduledCount() == 1);

        server.comeUp();

        jms(jms -> {
            assertThat(texts(receive(jms, "answers", 1))).isEqualTo(answers(1));
            assertThatIsEmpty(jms, "prompts.failed");
        });
    }

    @Test
    void aStopAndAStartInTheMiddleLoseNothingAndSubmitNothingTwice() throws Exception {
        server.stopWorkers("llama3_chat");
        start();
        prompts(20);
        await().atMost(PATIENCE).until(() -> storedJobs() == 20);
        stop();

        server.startWorkers("llama3_chat", 4);
        await().atMost(PATIENCE).until(() -> server.stats().jobsDone() == 20);
        start();

        jms(jms -> {
            assertThat(texts(receive(jms, "answers", 20))).isEqualTo(answers(20));
            await().atMost(PATIENCE).until(() -> storedJobs() == 0);
            assertThatIsEmpty(jms, "prompts", "answers", "prompts.failed");
        });
        assertThat(server.stats().submits()).isEqualTo(20);
    }

    // ---- as a process of its own

    @Tag("nightly")
    @Test
    void aKilledProcessIsContinuedByTheNext() throws Exception {
        int port = AvailablePorts.one();
        brokerUrl = "tcp://127.0.0.1:" + port + "?initialConnectAttempts=900&retryInterval=100";
        Process first =
                process("-Dbroker.port=" + port, "-Ddemo=false", "-Dcamel.component.aipi.server-url=" + server.url());
        try {
            prompts(40);
            await().atMost(PATIENCE).until(() -> server.stats().jobsDone() >= 10);
        } finally {
            first.destroyForcibly().waitFor();
        }

        Process second =
                process("-Dbroker.port=" + port, "-Ddemo=false", "-Dcamel.component.aipi.server-url=" + server.url());
        try {
            jms(jms -> {
                // an answer that was sent at the moment of the kill may come twice
                Set<String> answers = new TreeSet<>();
                try (JMSConsumer consumer = jms.createConsumer(jms.createQueue("answers"))) {
                    while (answers.size() < 40) {
                        Message answer = consumer.receive(PATIENCE.toMillis());
                        assertThat(answer)
                                .as(Files.readString(folder.resolve("output")))
                                .isNotNull();
                        answers.add(text(answer));
                    }
                }
                assertThat(answers).isEqualTo(answers(40));
            });
        } finally {
            second.destroyForcibly().waitFor();
        }
    }

    @Test
    @Tag("nightly")
    void theDemonstrationShowsAnswers_andEndsCleanly() throws Exception {
        Files.createDirectories(folder.resolve("inbox"));
        Files.writeString(folder.resolve("inbox/haiku.txt"), "A haiku");
        Files.writeString(folder.resolve("inbox/broken.json"), "{");
        Process process = process(
                "-Dbroker.port=0", "-Dsimulator.port=" + AvailablePorts.one(), "-Dsimulator.compute-time=100ms");
        Path output = folder.resolve("output");
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(output)
                            .content()
                            .contains(
                                    "Put prompts into " + folder + "/inbox",
                                    "Answer to haiku.txt: You said: A haiku",
                                    "Failed broken.json: "));
            process.destroy();
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(output).content().contains("is shutdown");
    }

    private Process process(String... properties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dfolder=" + folder);
        command.add("-Djobs.lease=2s");
        command.addAll(List.of(properties));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), JmsPipeline.class.getName()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("output").toFile()))
                .start();
    }
}
