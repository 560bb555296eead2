/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * What model checks share: stories are lists of numbers, each a step and its argument, which jqwik makes and shortens. The
 * property says how many; the system property {@code aipi.model.tries} asks for another number, and {@code
 * aipi.model.seed} for the stories of an earlier run. What was done, and how fast, is printed.
 */
public final class ModelChecks implements AroundPropertyHook {

    /** How many arguments a step can have. */
    public static final int ARGUMENTS = 64;

    private static final AtomicLong STORIES = new AtomicLong();
    private static final AtomicLong STEPS = new AtomicLong();
    private static final Map<String, Long> NOTED = new ConcurrentSkipListMap<>();

    /** Made by jqwik. */
    public ModelChecks() {}

    /** Each step as often as it weighs. */
    public static <T> List<T> weighed(T[] steps, Integer... weights) {
        if (weights.length != steps.length) {
            throw new IllegalArgumentException(steps.length + " steps, " + weights.length + " weights");
        }
        List<T> weighed = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            for (int n = 0; n < weights[i]; n++) {
                weighed.add(steps[i]);
            }
        }
        return weighed;
    }

    /** Stories of so many kinds of steps. */
    public static Arbitrary<List<Integer>> stories(int kinds, int longest) {
        return Arbitraries.integers()
                .between(0, kinds * ARGUMENTS - 1)
                .withDistribution(RandomDistribution.uniform())
                .list()
                .ofMaxSize(longest)
                .withSizeDistribution(RandomDistribution.uniform());
    }

    /** A story of so many steps was played to its end. */
    public static void count(int steps) {
        STORIES.incrementAndGet();
        STEPS.addAndGet(steps);
    }

    /** Something has come to happen: how often, is printed, so that nobody takes stories in which nothing happens for a check. */
    public static void note(String what) {
        NOTED.merge(what, 1L, Long::sum);
    }

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        boolean isStory = context.targetMethod().getParameterCount() > 0;
        String seed = System.getProperty("aipi.model.seed", String.valueOf(new Random().nextLong()));
        if (isStory) {
            context.attributes()
                    .setTries(Integer.getInteger(
                            "aipi.model.tries", context.attributes().tries().orElseThrow()));
            context.attributes().setSeed(seed);
        }
        // what goes wrong in stories would fill the log
        Configurator.setLevel("io.aipi", Level.OFF);
        STORIES.set(0);
        STEPS.set(0);
        NOTED.clear();
        long begin = System.nanoTime();
        try {
            return property.execute();
        } finally {
            Configurator.setLevel("io.aipi", Level.DEBUG);
            double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
            if (isStory) {
                System.out.printf(
                        "%s: %,d tries with %,d steps in %.1f s, %,.0f tries/s, %,.0f steps/s, seed %s; %s%n",
                        context.label(),
                        STORIES.get(),
                        STEPS.get(),
                        seconds,
                        STORIES.get() / seconds,
                        STEPS.get() / seconds,
                        seed,
                        NOTED);
            }
        }
    }
}
