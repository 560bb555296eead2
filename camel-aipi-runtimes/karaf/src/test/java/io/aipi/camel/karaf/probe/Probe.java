/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf.probe;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.examples.karaf.PromptRoutes;
import io.aipi.client.ResultReader;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.TypeConverter;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.support.PluginHelper;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;

/**
 * In Karaf: uses the component in every way that OSGi could be in, and writes down what came of it, for the test outside
 * to look at.
 *
 * <p>Settings are properties of the framework: {@code probe.file}, {@code probe.server}, {@code probe.key}; and
 * {@code probe.prompts}, a folder, where there is no camel-karaf that runs the example's own bundle.
 */
public final class Probe implements BundleActivator {

    private final Properties seen = new Properties();
    private DefaultCamelContext camel;

    @Override
    public void start(BundleContext bundle) throws Exception {
        String promptsFolder = bundle.getProperty("probe.prompts");
        camel = promptsFolder == null ? CamelKaraf.context(bundle) : plain(bundle);
        AipiComponent aipi = camel.getComponent("aipi", AipiComponent.class);
        aipi.getConfiguration().setServerUrl(bundle.getProperty("probe.server"));
        aipi.getConfiguration().setApiKey(bundle.getProperty("probe.key"));
        camel.start();
        camel.addRoutes(new ProbeRoutes());
        if (promptsFolder != null) {
            camel.getPropertiesComponent().addInitialProperty("folder", promptsFolder);
            camel.addRoutes(new PromptRoutes());
        }

        lookAtBundles(bundle);
        lookAtServices();
        lookAtConverters();
        lookAtJobs();
        write(Path.of(bundle.getProperty("probe.file")));
    }

    @Override
    public void stop(BundleContext bundle) throws Exception {
        if (camel != null) {
            camel.close();
        }
    }

    /** A class of its own, which is not loaded where there is no camel-karaf. */
    private static final class CamelKaraf {

        static DefaultCamelContext context(BundleContext bundle) {
            return new OsgiDefaultCamelContext(bundle);
        }
    }

    // tag::plain[]
    private static DefaultCamelContext plain(BundleContext bundle) {
        ClassLoader bundles = new BundlesClassLoader(bundle);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Camel looks for type converters with the thread's class loader, while it is made
        thread.setContextClassLoader(bundles);
        try {
            DefaultCamelContext camel = new DefaultCamelContext(false);
            camel.setApplicationContextClassLoader(bundles);
            camel.build();
            return camel;
        } finally {
            thread.setContextClassLoader(before);
        }
    }
    // end::plain[]

    private void lookAtBundles(BundleContext bundle) {
        see("camel.version", camel.getVersion());
        see("camel.context", camel.getClass().getSimpleName());
        List<String> notActive = Arrays.stream(bundle.getBundles())
                .filter(one -> one != bundle.getBundle())
                .filter(one -> one.getState() != Bundle.ACTIVE)
                .filter(one -> one.getHeaders().get(Constants.FRAGMENT_HOST) == null)
                .map(Bundle::getSymbolicName)
                .toList();
        see("bundles.notActive", notActive);
        see(
                "bundles.camel",
                Arrays.stream(bundle.getBundles())
                        .filter(one -> one.getSymbolicName().startsWith("camel-"))
                        .filter(one -> one.getState() == Bundle.ACTIVE)
                        .map(Bundle::getSymbolicName)
                        .sorted()
                        .toList());
    }

    private void lookAtServices() throws Exception {
        see("component.bundle", bundleOf(camel.getComponent("aipi")));
        see("component.resolved", camel.getComponentNames().contains("aipi"));
        PropertyConfigurer configurer =
                PluginHelper.getConfigurerResolver(camel).resolvePropertyConfigurer("aipi-endpoint", camel);
        see("configurer", configurer.getClass().getName());
        see("configurer.bundle", bundleOf(configurer));
        Object uriFactory = camel.getCamelContextExtension().getEndpointUriFactory("aipi");
        see("uriFactory", uriFactory.getClass().getName());
        // through the configurer and Camel's own converters
        AipiEndpoint endpoint = camel.getEndpoint(
                "aipi:llama2_chat?jobTimeout=5m&operation=describe&param.temperature=0.7", AipiEndpoint.class);
        see("endpoint.jobTimeout", endpoint.getConfiguration().getJobTimeout());
        see("endpoint.operation", endpoint.getConfiguration().getOperation());
        see("endpoint.parameters", endpoint.getConfiguration().getParameters());
    }

    private void lookAtConverters() throws Exception {
        TypeConverter converter = camel.getTypeConverter();
        JobResult result = ResultReader.read("llama2_chat", "JID1", "{\"text\": \"Converted\"}");
        see("converted.string", converter.mandatoryConvertTo(String.class, result));
        see("converted.bytes", new String(converter.mandatoryConvertTo(byte[].class, result), StandardCharsets.UTF_8));
        try (InputStream stream = converter.mandatoryConvertTo(InputStream.class, result)) {
            see("converted.stream", new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
        see(
                "converted.progress",
                converter.mandatoryConvertTo(String.class, JobProgress.of("llama2_chat", "JID2", JobState.QUEUED)));
    }

    private void lookAtJobs() throws Exception {
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            see("chat.answer", template.requestBody("direct:chat", "Hello from Karaf @sleep=6", String.class));
            // the last one comes beside the answer, which does not wait for it
            see("chat.lastState", ProbeRoutes.ended.await(1, TimeUnit.MINUTES));
            see("chat.states", ProbeRoutes.states);
            see("chat.converted", template.requestBody("direct:converted", "Hello converter"));

            Exchange image = template.request(
                    "direct:image", exchange -> exchange.getMessage().setBody("A llama"));
            see("image.error", image.getException());
            see("image.type", image.getMessage().getBody().getClass().getTypeName());
            byte[] bytes = image.getMessage().getBody(byte[].class);
            see("image.signature", new String(bytes, 1, 3, StandardCharsets.ISO_8859_1));
            see("image.mediaTypes", image.getMessage().getHeader(AipiConstants.MEDIA_TYPES));

            Exchange refused = template.request("direct:refused", exchange -> {
                exchange.getMessage().setBody("Hello");
                exchange.getMessage().setHeader(AipiConstants.PARAMETERS, Map.of("temperature", "warm"));
            });
            see("refused.error", refused.getException());
            see("refused.caught", refused.getMessage().getBody());
        }
    }

    private static String bundleOf(Object object) {
        return FrameworkUtil.getBundle(object.getClass()).getSymbolicName();
    }

    private void see(String what, Object value) {
        seen.setProperty(what, String.valueOf(value));
    }

    /** At once, so that what is there is whole. */
    private void write(Path file) throws Exception {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        try (Writer writer = Files.newBufferedWriter(beside)) {
            seen.store(writer, null);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static final class ProbeRoutes extends RouteBuilder {

        static final ConcurrentLinkedQueue<String> states = new ConcurrentLinkedQueue<>();
        static final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public void configure() {
            from("direct:chat")
                    .routeId("probe")
                    .to("aipi:llama2_chat?progressUri=direct:states")
                    .log("Job ${header.CamelAipiJobId} completed: ${body}");
            from("direct:states").process(exchange -> {
                String state = exchange.getMessage().getHeader(AipiConstants.JOB_STATE, String.class);
                states.add(state);
                if (state.equals("done")) {
                    ended.countDown();
                }
            });
            from("direct:converted").to("aipi:llama2_chat?outputType=result").convertBodyTo(String.class);
            from("direct:image").to("aipi:sdxl_txt2img");
            from("direct:refused")
                    .doTry()
                    .to("aipi:llama2_chat")
                    .doCatch(InvalidRequestException.class)
                    .process(exchange -> {
                        InvalidRequestException caught =
                                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, InvalidRequestException.class);
                        exchange.getMessage().setBody(new ArrayList<>(caught.getMessages()));
                    })
                    .end();
        }
    }
}
