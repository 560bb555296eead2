/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The simulator as an application without code uses it. */
class SimulatorBeanTest {

    private final SimulatorBean bean = new SimulatorBean();

    @AfterEach
    void close() {
        bean.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts it as the server of the application; a port may be taken by somebody else before it gets it. */
    private int startAtAFreePort() throws IOException {
        for (int attempts = 5; ; attempts--) {
            int port = freePort();
            bean.setPort(port);
            bean.setServerUrl("http://127.0.0.1:" + port + "/");
            try {
                bean.start();
                return port;
            } catch (UncheckedIOException taken) {
                if (attempts == 1) {
                    throw taken;
                }
            }
        }
    }

    private static int status(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void itStartsForAnApplicationThatUsesIt_andIsGoneAfterwards() throws Exception {
        bean.setWorkers(2);
        bean.setComputeTime(Duration.ofMillis(50));

        String url = "http://127.0.0.1:" + startAtAFreePort();

        assertThat(status(url + "/api/endpoints/llama3_chat")).isEqualTo(200);
        assertThat(bean.simulator().url()).isEqualTo(url);
        assertThatThrownBy(bean::start).isInstanceOf(IllegalStateException.class);

        bean.close();

        assertThat(bean.simulator()).isNull();
        assertThatThrownBy(() -> status(url)).isInstanceOf(ConnectException.class);
    }

    @Test
    void itDoesNotStartForAnApplicationThatUsesAnotherServer() throws Exception {
        // bound, so that nobody else gets the port, and not listening
        try (Socket bound = new Socket()) {
            bound.setReuseAddress(true);
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            bean.setPort(bound.getLocalPort());
            bean.setServerUrl("https://gpu-server");

            bean.start();

            assertThat(bean.simulator()).isNull();
            assertThatThrownBy(() -> status("http://127.0.0.1:" + bound.getLocalPort()))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void withoutAServerUrlItStartsOnAnyPort() {
        bean.setPort(0);

        bean.start();

        assertThat(bean.simulator().port()).isPositive();
    }

    @Test
    void theLongestContextOfAChatCanBeSet() throws Exception {
        bean.setPort(0);
        bean.setMaxSeqLen(2);
        bean.setComputeTime(Duration.ofMillis(10));
        bean.start();

        HttpRequest request = HttpRequest.newBuilder(URI.create(bean.simulator().url() + "/llama3_chat"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"key\": \"k\", \"prompt_input\": \"a b c\"}"))
                .timeout(Duration.ofSeconds(30))
                .build();
        String response = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();

        assertThat(response).contains("max_seq_len is 2");
    }

    @Test
    void itCanHaveTheEndpointsOfARealServerAndNoOthers() throws Exception {
        bean.setPort(0);
        bean.setEndpoints("0.9.6");

        bean.start();

        String url = bean.simulator().url() + "/api/endpoints/";
        assertThat(status(url + "stable_diffusion_xl_txt2img")).isEqualTo(200);
        assertThat(status(url + "sdxl_txt2img")).isEqualTo(404);
        assertThatThrownBy(() -> bean.setEndpoints("some")).hasMessageContaining("endpoints must be all or 0.9.6");
    }
}
