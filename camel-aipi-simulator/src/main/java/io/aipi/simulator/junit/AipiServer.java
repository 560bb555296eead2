/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.junit;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.ScriptedJob;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorBuilder;
import io.aipi.simulator.SubmittedJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An AIPI server for tests, as an extension of JUnit 5:
 *
 * <pre>{@code
 * @RegisterExtension
 * static AipiServer server = AipiServer.create().script(failure("Out of memory"), answer("Paris"));
 * }</pre>
 *
 * <p>In a static field there is one server for the class, which is reset before each test; in an instance field one for
 * each test. It starts on a free port of 127.0.0.1 before the first {@code @BeforeAll} or {@code @BeforeEach} method and
 * stops after the last {@code @AfterEach} or {@code @AfterAll} method. Tests of a class that run at the same time need an
 * instance field.
 */
public final class AipiServer implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private final SimulatorBuilder settings;
    private final List<SubmittedJob> jobs = new CopyOnWriteArrayList<>();

    /** What was said outside of the tests, and holds for each. */
    private final List<Consumer<AipiSimulator>> declared = new ArrayList<>();

    private AipiSimulator simulator;

    /** Classes with this server that have begun: nested ones count. */
    private final Set<ExtensionContext> classes = Collections.synchronizedSet(new HashSet<>());

    /** How many of them were said before the start: a field of a super class has one start for each of its classes. */
    private int declaredBeforeStart;

    private boolean inTest;

    private AipiServer(SimulatorBuilder settings) {
        this.settings = settings.onSubmit(jobs::add);
    }

    /**
     * A server with the endpoints of {@link SimulatedEndpoint#ofServer096()}, which all tell of errors, that takes every
     * key and computes in no time.
     *
     * @return the server, not started
     */
    public static AipiServer create() {
        SimulatorBuilder settings = AipiSimulator.builder().computeTime(Duration.ZERO);
        SimulatedEndpoint.ofServer096().forEach(endpoint -> settings.endpoint(endpoint.withErrorOutput()));
        return new AipiServer(settings);
    }

    /**
     * A server with settings of your own: endpoints, API keys, compute times, workers, length of the queue.
     *
     * @param settings the settings, not to be used otherwise
     * @return the server, not started
     */
    public static AipiServer of(SimulatorBuilder settings) {
        return new AipiServer(settings);
    }

    /**
     * Says what becomes of the next jobs, see {@link AipiSimulator#script(ScriptedJob...)}. What is said with the field or in
     * a {@code @BeforeAll} method holds for each test from its beginning; what is said in a test or in a
     * {@code @BeforeEach} method, for that test.
     *
     * @param next one for each job of an endpoint, the last one for all that follow
     * @return this
     */
    public AipiServer script(ScriptedJob... next) {
        return apply(running -> running.script(next));
    }

    /**
     * Says what becomes of the next jobs of one endpoint.
     *
     * @param endpoint its name
     * @param next as in {@link #script(ScriptedJob...)}
     * @return this
     * @throws IllegalArgumentException if there is no such endpoint; where the server has not started, by its start
     */
    public AipiServer script(String endpoint, ScriptedJob... next) {
        return apply(running -> running.script(endpoint, next));
    }

    private AipiServer apply(Consumer<AipiSimulator> script) {
        if (!inTest) {
            declared.add(script);
        }
        if (simulator != null) {
            script.accept(simulator);
        }
        return this;
    }

    /**
     * The base URL, for {@code camel.component.aipi.server-url}.
     *
     * @return such as {@code http://127.0.0.1:7777}
     * @throws IllegalStateException if it is not running
     */
    public String url() {
        return simulator().url();
    }

    /**
     * The jobs that were accepted in this test, in their order.
     *
     * @return a copy
     */
    public List<SubmittedJob> jobs() {
        return List.copyOf(jobs);
    }

    /**
     * What was asked in this test, in this order.
     *
     * @return the prompts of the {@link #jobs()}
     */
    public List<String> prompts() {
        return jobs.stream().map(SubmittedJob::prompt).toList();
    }

    /**
     * The simulator, for what else can be done to it: {@link AipiSimulator#revokeApiKeys()}, {@link AipiSimulator#goDown()},
     * {@link AipiSimulator#freeze()}, {@link AipiSimulator#delayResponses}.
     *
     * @return the running simulator
     * @throws IllegalStateException if it is not running
     */
    public AipiSimulator simulator() {
        if (simulator == null) {
            throw new IllegalStateException(
                    "The AIPI server is not running: it starts before the tests of the class"
                            + " whose static field with @RegisterExtension it is, or before each test if the field is not static");
        }
        return simulator;
    }

    /** Undoes all that was done to the server in this test, and forgets what was asked. Happens before each test. */
    public void reset() {
        simulator().reset();
        declare();
    }

    private void start() {
        simulator = settings.start();
        declaredBeforeStart = declared.size();
        declare();
    }

    private void declare() {
        jobs.clear();
        declared.forEach(script -> script.accept(simulator));
    }

    private void stop() {
        if (simulator != null) {
            simulator.close();
            simulator = null;
            declared.subList(declaredBeforeStart, declared.size()).clear();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (classes.isEmpty()) {
            start();
        }
        classes.add(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (simulator == null) {
            start();
        } else {
            reset();
        }
        inTest = true;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        inTest = false;
        if (classes.isEmpty()) {
            stop();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        // JUnit calls it, too, where an extension before this one has failed and this one never began
        if (classes.remove(context) && classes.isEmpty()) {
            stop();
        }
    }
}
