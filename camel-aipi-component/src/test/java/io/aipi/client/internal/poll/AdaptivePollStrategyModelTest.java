/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.poll.PollLoop.Adaptive;
import io.aipi.client.internal.poll.PollLoop.Outcome;
import io.aipi.client.internal.poll.PollLoop.Shows;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the pace promises beside polls a fixed interval of 300 ms, in virtual time: the same figures at every run. The
 * load harness shows the same with real requests.
 */
class AdaptivePollStrategyModelTest {

    private static final double FIXED = 300;
    /** The default. */
    private static final double SHORTEST = 100;

    @ParameterizedTest
    @CsvSource({
        "TENTHS, 2000, 0.002",
        "TENTHS, 2000, 0.05",
        "TENTHS, 2000, 0.3",
        "TENTHS, 5000, 0.05",
        "TENTHS, 5000, 0.3",
        "TENTHS, 60000, 0.002",
        "TENTHS, 60000, 0.05",
        "TENTHS, 60000, 0.3",
        "FIFTIETHS, 2000, 0.05",
        "FIFTIETHS, 2000, 0.3",
        "FIFTIETHS, 60000, 0.05",
        "FIFTIETHS, 60000, 0.3",
    })
    void percentages_costAThirdOfThePolls_andTheEndIsSeenNoLater(Shows shows, double length, double spread) {
        double[] lengths = spread(length, spread);

        Outcome adaptive = adaptive(shows, lengths);
        Outcome fixed = fixed(shows, lengths, FIXED);

        assertThat(adaptive.polls()).as("%s beside %s", adaptive, fixed).isLessThan(fixed.polls() / 3);
        assertThat(adaptive.delayOf95Percent())
                .as("%s beside %s", adaptive, fixed)
                .isLessThan(spread < 0.01 ? FIXED : fixed.delayOf95Percent());
    }

    @ParameterizedTest
    @CsvSource({
        "TOKENS, 5000, 0.002",
        "TOKENS, 5000, 0.05",
        "TOKENS, 5000, 0.3",
        "NOTHING, 5000, 0.05",
        "NOTHING, 5000, 0.3",
        "TOKENS, 20000, 0.05",
        "TOKENS, 20000, 0.3",
        "NOTHING, 60000, 0.002",
        "NOTHING, 60000, 0.05",
        "NOTHING, 60000, 0.3",
    })
    void noPercentages_costAThirdOfThePolls_andTheEndIsSeenWithinATwentiethOfTheLength(
            Shows shows, double length, double spread) {
        double[] lengths = spread(length, spread);

        Outcome adaptive = adaptive(shows, lengths);
        Outcome fixed = fixed(shows, lengths, FIXED);

        assertThat(adaptive.polls()).as("%s beside %s", adaptive, fixed).isLessThan(fixed.polls() / 3);
        assertThat(adaptive.delayOf95Percent())
                .as("%s beside %s", adaptive, fixed)
                .isLessThan(Math.max(300, length / 20));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.002, 0.05, 0.3})
    void shortJobs_areSeenInHalfTheTime(double spread) {
        double[] lengths = spread(50, spread);

        Outcome adaptive = adaptive(Shows.NOTHING, lengths);
        Outcome fixed = fixed(Shows.NOTHING, lengths, FIXED);

        assertThat(adaptive.delayOf95Percent()).isLessThan(fixed.delayOf95Percent() / 2);
        assertThat(adaptive.polls()).isLessThan(fixed.polls() + 2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Shows.class,
            names = {"NOTHING", "TENTHS", "FIFTIETHS"})
    void heavyTails_areOnABetterCurveThanAnyFixedInterval(Shows shows) {
        double[] logNormal = draw(6_000, random -> 1_000 * Math.exp(random.nextGaussian()));
        double[] pareto = draw(6_000, random -> 500 / Math.pow(1 - random.nextDouble(), 1 / 1.3));

        for (double shortest : new double[] {17, 33, 67, 100, 167, 333}) {
            isBetterThanTheFixedIntervalOfItsPrice(shows, logNormal, shortest);
            isBetterThanTheFixedIntervalOfItsPrice(shows, pareto, shortest);
        }
    }

    @Test
    void twoKindsOfJobs_areLookedForAtTheirTimes() {
        double[] lengths = draw(
                3_000,
                random -> random.nextDouble() < 0.7
                        ? 1_000 + 20 * random.nextGaussian()
                        : 4_000 + 50 * random.nextGaussian());

        Outcome adaptive = adaptive(Shows.NOTHING, lengths);
        Outcome fixed = fixed(Shows.NOTHING, lengths, FIXED);

        assertThat(adaptive.polls()).as("%s beside %s", adaptive, fixed).isLessThan(fixed.polls() / 3);
        assertThat(adaptive.meanDelay()).as("%s beside %s", adaptive, fixed).isLessThan(fixed.meanDelay());
    }

    @Test
    void aChangeOfTheLength_isLearned() {
        double[] longThenShort = DoubleStream.concat(
                        DoubleStream.of(spread(4_000, 0.05)), DoubleStream.of(spread(1_000, 0.05)))
                .toArray();

        Outcome adaptive = PollLoop.run(
                Shows.NOTHING, longThenShort, 10, longThenShort.length - 1_000, new Adaptive(SHORTEST)::follow);
        Outcome fixed = fixed(Shows.NOTHING, spread(1_000, 0.05), FIXED);

        assertThat(adaptive.polls()).as("%s beside %s", adaptive, fixed).isLessThan(fixed.polls() / 2);
        assertThat(adaptive.delayOf95Percent())
                .as("%s beside %s", adaptive, fixed)
                .isLessThan(FIXED);
    }

    private static void isBetterThanTheFixedIntervalOfItsPrice(Shows shows, double[] lengths, double shortest) {
        Outcome adaptive = PollLoop.run(shows, lengths, 200, 500, new Adaptive(shortest)::follow);
        // the interval of the loop that makes as many polls
        double shorter = 5;
        double longer = 10_000;
        while (longer / shorter > 1.005) {
            double middle = Math.sqrt(shorter * longer);
            if (fixed(shows, lengths, middle).polls() > adaptive.polls()) {
                shorter = middle;
            } else {
                longer = middle;
            }
        }
        Outcome fixed = fixed(shows, lengths, longer);
        assertThat(adaptive.delayOf95Percent())
                .as("%s beside %s every %.0f ms", adaptive, fixed, longer)
                .isLessThan(fixed.delayOf95Percent());
        assertThat(adaptive.meanDelay())
                .as("%s beside %s every %.0f ms", adaptive, fixed, longer)
                // for tails that are hardly heavy there is little to win in the mean
                .isLessThan(fixed.meanDelay() * 1.01);
    }

    private static Outcome adaptive(Shows shows, double[] lengths) {
        return PollLoop.run(shows, lengths, 100, 300, new Adaptive(SHORTEST)::follow);
    }

    private static Outcome fixed(Shows shows, double[] lengths, double interval) {
        return PollLoop.run(shows, lengths, 100, 300, accepted -> PollLoop.fixed(interval));
    }

    /** Lengths spread evenly about this one, by this part of it. */
    private static double[] spread(double length, double by) {
        return draw(2_000, random -> length * (1 + by * random.nextDouble(-1, 1)));
    }

    private static double[] draw(int count, ToDoubleFunction<Random> length) {
        Random random = new Random(3);
        return DoubleStream.generate(() -> Math.max(1, Math.min(100_000, length.applyAsDouble(random))))
                .limit(count)
                .toArray();
    }
}
