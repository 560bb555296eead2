/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.ModelFinder;
import io.aipi.camel.examples.support.Server;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.StartException;
import io.aipi.camel.examples.support.Task;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Runs the routes of {@code camel/kafka-pipeline.camel.yaml} until it is told to stop. All it does besides is to start
 * what is not there: a broker if there are no {@code kafka.brokers}, a simulated server if there is no
 * {@code camel.component.aipi.server-url}. With {@code pipeline.console=true} it sends some prompts and the lines of the
 * console, and shows the answers.
 */
public final class KafkaPipeline implements AutoCloseable {

    static final String SERVER_URL = "camel.component.aipi.server-url";
    static final String BROKERS = "kafka.brokers";
    private static final String ENDPOINT = "aipi.endpoint";
    private static final int PARTITIONS = 4;

    private final Deque<Runnable> started = new ArrayDeque<>();
    private final Main main = new Main(KafkaPipeline.class);

    private KafkaPipeline() {}

    /** Runs until Ctrl-C or SIGTERM. */
    public static void main(String[] arguments) {
        Start.run(() -> {
            try (KafkaPipeline pipeline = new KafkaPipeline()) {
                pipeline.run();
            }
        });
    }

    private void run() throws Exception {
        Optional<String> named = Start.setting("brokers").or(() -> Start.setting(BROKERS));
        named.ifPresent(KafkaPipeline::requireBroker);
        Server server = Server.named().orElseGet(() -> new Server(startSimulator(), null, null));
        Map<Task, String> models = new ModelFinder(server, System.out::println)
                .find(List.of(Model.needed(Task.CHAT, ENDPOINT, "llama2_chat")));
        String brokers = named.orElseGet(this::startBroker);
        main.addOverrideProperty(BROKERS, brokers);
        server.properties().forEach(main::addOverrideProperty);
        main.addOverrideProperty(ENDPOINT, models.get(Task.CHAT));
        Start.setting("instance").ifPresent(name -> main.addOverrideProperty("pipeline.instance", name));
        if (Start.setting("pipeline.console").map(Boolean::parseBoolean).orElse(false)) {
            main.addOverrideProperty(
                    "camel.main.routes-include-pattern", "classpath:camel/*.camel.yaml,classpath:console/*.camel.yaml");
            main.addMainListener(new Console(brokers, server.url()));
        }
        main.run();
    }

    /** Kafka's clients would look for it for ever, without a word. */
    private static void requireBroker(String brokers) {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000"))) {
            admin.describeCluster().nodes().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the broker was asked", e);
        } catch (ExecutionException | KafkaException e) {
            throw new StartException("There is no Kafka broker at " + brokers + " (" + Start.sentence(e)
                    + "): name another one with -Dbrokers=HOST:PORT, or none for one in this process");
        }
    }

    private String startBroker() {
        EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(System.getProperty("folder", "target"), "kafka"));
        started.push(kafka::close);
        kafka.createTopics(PARTITIONS, "prompts", "answers", "prompts-failed");
        return kafka.brokers();
    }

    private String startSimulator() {
        AipiSimulator simulator = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .workers(2)
                .computeTime(Duration.ofSeconds(3))
                .start();
        started.push(simulator::close);
        return simulator.url();
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            started.pop().run();
        }
    }

    /** Says where everything is, and sends what is typed: {@code key: prompt}. */
    private static final class Console extends MainListenerSupport {

        private final String brokers;
        private final String serverUrl;

        Console(String brokers, String serverUrl) {
            this.brokers = brokers;
            this.serverUrl = serverUrl;
        }

        @Override
        public void afterStart(BaseMainSupport main) {
            System.out.println("Kafka broker: " + brokers + ", topics prompts, answers, prompts-failed");
            System.out.println("AIPI server:  " + serverUrl);
            System.out.println("A second instance, from another terminal: the same command with -Dinstance=2 -Dbrokers="
                    + brokers + " -DserverUrl=" + serverUrl);
            System.out.println("Type a prompt as \"key: text\", and Enter. Ctrl-C ends.");
            Thread reader = new Thread(() -> send(main.getCamelContext()), "console");
            reader.setDaemon(true);
            reader.start();
        }

        private static void send(CamelContext context) {
            try (InputStream samples = KafkaPipeline.class.getResourceAsStream("/prompts.txt");
                    ProducerTemplate template = context.createProducerTemplate()) {
                send(samples, template);
                send(System.in, template);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void send(InputStream prompts, ProducerTemplate template) throws IOException {
            BufferedReader lines = new BufferedReader(new InputStreamReader(prompts, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int colon = line.indexOf(':');
                String key = colon < 0 ? "console" : line.substring(0, colon).strip();
                template.sendBodyAndHeader(
                        "direct:console", line.substring(colon + 1).strip(), "kafka.KEY", key);
            }
        }
    }
}
