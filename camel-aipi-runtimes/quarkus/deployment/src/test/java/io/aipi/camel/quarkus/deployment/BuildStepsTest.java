/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.jandex.ClassInfo;
import org.junit.jupiter.api.Test;

/** What the build steps find in the component, compared with what is found out about it in other ways. */
class BuildStepsTest {

    /**
     * Public classes that no exchange carries and no property names: what a program in plain Java uses, and names of
     * headers. A new public class is either found by the build steps or has its place here.
     */
    private static final Set<String> OF_PROGRAMS_ONLY = Set.of(
            "io.aipi.camel.AipiConstants",
            "io.aipi.camel.chat.ChatMessageCodec",
            "io.aipi.camel.converter.AipiConverter",
            "io.aipi.camel.event.AipiJobEvent",
            "io.aipi.camel.event.AipiJobEvent$Kind",
            "io.aipi.camel.store.AsyncJobRepository",
            "io.aipi.camel.store.JobCodec",
            "io.aipi.camel.store.JobOutcome$Done",
            "io.aipi.camel.store.JobOutcome$Failed",
            "io.aipi.camel.store.JobRepository$Reservation$Pending",
            "io.aipi.camel.store.JobRepository$Reservation$Reserved",
            "io.aipi.camel.store.JobRepository$Reservation$Taken",
            "io.aipi.client.AipiClient",
            "io.aipi.client.AipiClient$Builder",
            "io.aipi.client.ClientResources",
            "io.aipi.client.options.ConnectionOptions",
            "io.aipi.client.model.Content",
            "io.aipi.client.options.Credentials",
            "io.aipi.client.model.EndpointDescription",
            "io.aipi.client.spi.JobListener",
            "io.aipi.client.spi.JobMetrics",
            "io.aipi.client.spi.JobTimes",
            "io.aipi.client.options.JobOptions",
            "io.aipi.client.model.JobStatus",
            "io.aipi.client.model.KeyValidation",
            "io.aipi.client.options.LoginMode",
            "io.aipi.client.ResultReader",
            "io.aipi.client.spi.CompletionExceptions",
            "io.aipi.client.spi.EndpointSpi",
            "io.aipi.client.spi.PollGate",
            "io.aipi.client.spi.Scheduler",
            "io.aipi.client.spi.Scheduler$Task",
            "io.aipi.client.spi.SystemScheduler",
            "io.aipi.client.ModelEndpoint",
            "io.aipi.client.TextDelta",
            "io.aipi.client.TextDeltas",
            "io.aipi.client.model.ParameterDescription",
            "io.aipi.client.error.ErrorContext");

    /** Registered for what they implement or because a service file names them. */
    private static final Set<String> SERVICES = Set.of(
            "io.aipi.camel.AipiSpanDecorator",
            "io.aipi.camel.AipiComponent",
            "io.aipi.camel.AipiProducer",
            "io.aipi.camel.AipiComponentConfigurer",
            "io.aipi.camel.AipiEndpointConfigurer",
            "io.aipi.camel.AipiEndpointUriFactory",
            "io.aipi.camel.AipiDevConsole",
            "io.aipi.camel.converter.AipiConverterLoader");

    @Test
    void everyPublicClassIsRegisteredForReflectionOrKnownNotToNeedIt() {
        Set<String> publicClasses = new TreeSet<>();
        for (ClassInfo type : ComponentClasses.component().index().getKnownClasses()) {
            if (Modifier.isPublic(type.flags()) && !type.name().toString().contains(".internal.")) {
                publicClasses.add(type.name().toString());
            }
        }

        assertThat(Stream.of(ComponentClasses.component().reflectiveTypes(), SERVICES, OF_PROGRAMS_ONLY)
                        .flatMap(Set::stream))
                .containsAll(publicClasses);
        assertThat(ComponentClasses.component().reflectiveTypes()).doesNotContainAnyElementsOf(OF_PROGRAMS_ONLY);
        assertThat(publicClasses).containsAll(OF_PROGRAMS_ONLY).containsAll(SERVICES);
    }

    @Test
    void everyExceptionIsRegisteredForReflection() {
        List<String> exceptions = new ArrayList<>();
        for (ClassInfo type : ComponentClasses.component().index().getKnownClasses()) {
            if (isException(type)) {
                exceptions.add(type.name().toString());
            }
        }

        assertThat(exceptions).hasSizeGreaterThan(12);
        assertThat(ComponentClasses.component().reflectiveTypes()).containsAll(exceptions);
    }

    private static boolean isException(ClassInfo type) {
        try {
            return Throwable.class.isAssignableFrom(
                    Class.forName(type.name().toString(), false, BuildStepsTest.class.getClassLoader()));
        } catch (NoClassDefFoundError optional) {
            // what it extends is not here, as in most applications
            return false;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyServiceFileIsFound() {
        assertThat(ComponentClasses.component().artifact().services())
                .containsExactlyInAnyOrder(
                        "META-INF/services/org/apache/camel/component/aipi",
                        "META-INF/services/org/apache/camel/configurer/aipi-component",
                        "META-INF/services/org/apache/camel/configurer/aipi-endpoint",
                        "META-INF/services/org/apache/camel/dev-console/aipi",
                        "META-INF/services/org/apache/camel/urifactory/aipi-endpoint");
    }

    /** The component is made while the image is built, and is in it. */
    @Test
    void theComponentItselfHasNoStaticStateOfTheProcess() {
        assertThat(ComponentClasses.component().runtimeInitialised()).noneMatch(name -> name.startsWith("io.aipi."));
    }

    @Test
    void theStaticStateOfTheHttpClientIsFound() {
        assertThat(ComponentClasses.component().runtimeInitialised())
                .containsExactly("org.apache.hc.client5.http.impl.auth.NTLMEngineImpl");
    }

    // ---- static state, in classes made for the purpose

    static final class Direct {
        static final SecureRandom RANDOM = new SecureRandom();
    }

    static final class ThroughAMethod {
        static final Thread THREAD = make();

        private static Thread make() {
            return new Thread();
        }
    }

    static final class ThroughAConstructor {
        static final Holder HOLDER = new Holder();

        static final class Holder {
            final SecureRandom random = new SecureRandom();
        }
    }

    static final class ThroughAnotherClass {
        static final Object RANDOM = Direct.RANDOM;
    }

    static final class Clock {
        static final long START = System.nanoTime();
    }

    static final class Later {
        static final java.util.function.Supplier<Thread> THREADS = Thread::new;

        static InetAddress address() {
            return InetAddress.getLoopbackAddress();
        }
    }

    @Test
    void staticStateIsFoundAlongCalls_constructorsAndOtherClasses() {
        List<byte[]> classes = Stream.of(
                        Direct.class,
                        ThroughAMethod.class,
                        ThroughAConstructor.class,
                        ThroughAConstructor.Holder.class,
                        ThroughAnotherClass.class,
                        Clock.class,
                        Later.class)
                .map(BuildStepsTest::bytes)
                .toList();

        assertThat(StaticState.of(classes, List.of()))
                .containsExactlyInAnyOrder(
                        Direct.class.getName(),
                        ThroughAMethod.class.getName(),
                        ThroughAConstructor.class.getName(),
                        ThroughAnotherClass.class.getName(),
                        Clock.class.getName());
        assertThat(StaticState.of(List.of(), classes))
                .contains(Direct.class.getName())
                .doesNotContain(Clock.class.getName());
    }

    private static byte[] bytes(Class<?> type) {
        String file = "/" + type.getName().replace('.', '/') + ".class";
        try (InputStream in = type.getResourceAsStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
