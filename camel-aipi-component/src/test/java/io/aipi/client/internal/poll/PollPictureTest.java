/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * The picture of {@code docs/explanation/polling.md} shows what the code does. With {@code -Daipi.docs.update=true} it is drawn anew.
 */
class PollPictureTest {

    private static final Path PICTURE = Path.of("../docs/explanation/polling.svg");

    private static final long LENGTH = 20_000;
    private static final long QUEUED = 12_000;
    private static final int LEFT = 16;
    private static final int LANE = 46;
    private static final double SCALE = 0.033;

    private record Lane(String title, List<Long> polls) {}

    @Test
    void thePictureShowsWhatThePaceDoes() throws IOException {
        String picture = draw(List.of(
                new Lane("A loop that polls every 300 ms", fixed()),
                new Lane(
                        "The first job of an endpoint, of which nothing is known",
                        polls(PollPictureTest::nothing, new JobDurationHistory())),
                new Lane(
                        "The first job, if its worker counts per cent",
                        polls(PollPictureTest::percent, new JobDurationHistory())),
                new Lane(
                        "Latest jobs took 19 to 21 s; this one says nothing of itself",
                        polls(PollPictureTest::nothing, alike())),
                new Lane(
                        "Latest jobs took 19 to 21 s; this one counts per cent",
                        polls(PollPictureTest::percent, alike())),
                new Lane(
                        "Latest jobs took anything from 1 to 60 s; this one says nothing",
                        polls(PollPictureTest::nothing, ofAllLengths())),
                new Lane(
                        "12 s in the queue, from position 20 on, then 8 s of work in per cent",
                        polls(PollPictureTest::queue, eightSeconds()))));

        if (Boolean.getBoolean("aipi.docs.update")) {
            Files.writeString(PICTURE, picture);
        }

        assertThat(PICTURE).as("run this test with -Daipi.docs.update=true").hasContent(picture);
    }

    private static List<Long> polls(LongFunction<JobProgress> job, JobDurationHistory times) {
        AdaptivePollStrategy pace =
                new AdaptivePollStrategy(Duration.ofMillis(100), Duration.ofSeconds(5), false, times, 0, false);
        List<Long> polls = new ArrayList<>();
        long time = pace.first(0).toMillis();
        while (true) {
            polls.add(time);
            if (time >= LENGTH) {
                return polls;
            }
            time += pace.after(job.apply(time), time * 1_000_000).toMillis();
        }
    }

    private static List<Long> fixed() {
        List<Long> polls = new ArrayList<>();
        for (long time = 300; time < LENGTH + 300; time += 300) {
            polls.add(time);
        }
        return polls;
    }

    private static JobProgress nothing(long time) {
        return seen(JobState.PROCESSING, null, 0);
    }

    private static JobProgress percent(long time) {
        return seen(JobState.PROCESSING, Math.floor(time * 25.0 / LENGTH) * 4, 0);
    }

    private static JobProgress queue(long time) {
        return time < QUEUED
                ? seen(JobState.QUEUED, null, (int) (20 - time * 20 / QUEUED))
                : seen(JobState.PROCESSING, Math.floor((time - QUEUED) * 25.0 / (LENGTH - QUEUED)) * 4, 0);
    }

    private static JobDurationHistory alike() {
        Random random = new Random(1);
        JobDurationHistory times = new JobDurationHistory();
        for (int i = 0; i < JobDurationHistory.KEPT; i++) {
            times.add(Duration.ofMillis(random.nextInt(19_000, 21_000)));
        }
        return times;
    }

    private static JobDurationHistory ofAllLengths() {
        Random random = new Random(1);
        JobDurationHistory times = new JobDurationHistory();
        for (int i = 0; i < JobDurationHistory.KEPT; i++) {
            times.add(Duration.ofMillis(Math.round(1_000 * Math.pow(60, random.nextDouble()))));
        }
        return times;
    }

    private static JobDurationHistory eightSeconds() {
        JobDurationHistory times = new JobDurationHistory();
        for (int i = 0; i < 20; i++) {
            times.add(Duration.ofSeconds(8));
        }
        return times;
    }

    private static JobProgress seen(JobState state, Double progress, int position) {
        return new JobProgress(
                "e", "JID1", state, state.word(), progress, position, null, 10, null, null, List.of(), Map.of());
    }

    private static String draw(List<Lane> lanes) {
        int width = LEFT + x(LENGTH + 1_500) + 150;
        int height = 40 + lanes.size() * LANE;
        StringBuilder svg = new StringBuilder();
        line(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">", width, height);
        line(svg, "<title>When a job of 20 seconds is polled</title>");
        line(
                svg,
                "<style>text{font:12px sans-serif;fill:#333}.n{font-weight:bold}.l{stroke:#c0392b;stroke-width:1.5}"
                        + ".a{stroke:#bbb}.e{stroke:#27ae60;stroke-width:1.5;stroke-dasharray:4 3}</style>");
        line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", width, height);
        int bottom = lanes.size() * LANE + 14;
        for (int second = 0; second <= 20; second += 5) {
            line(
                    svg,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%d s</text>",
                    LEFT + x(second * 1_000L),
                    bottom + 16,
                    second);
        }
        line(
                svg,
                "<line class=\"e\" x1=\"%d\" y1=\"8\" x2=\"%d\" y2=\"%d\"/>",
                LEFT + x(LENGTH),
                LEFT + x(LENGTH),
                bottom);
        for (int i = 0; i < lanes.size(); i++) {
            lane(svg, lanes.get(i), 18 + i * LANE);
        }
        line(svg, "</svg>");
        return svg.toString();
    }

    private static void lane(StringBuilder svg, Lane lane, int top) {
        int base = top + 22;
        line(svg, "<text x=\"%d\" y=\"%d\">%s</text>", LEFT, top, lane.title());
        line(
                svg,
                "<line class=\"a\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
                LEFT,
                base,
                LEFT + x(LENGTH + 1_500),
                base);
        for (long poll : lane.polls()) {
            line(
                    svg,
                    "<line class=\"l\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>",
                    LEFT + poll * SCALE,
                    base - 14,
                    LEFT + poll * SCALE,
                    base);
        }
        long delay = lane.polls().get(lane.polls().size() - 1) - LENGTH;
        String polls = lane.polls().size() == 1 ? "1 poll" : lane.polls().size() + " polls";
        line(
                svg,
                "<text class=\"n\" x=\"%d\" y=\"%d\">%s, %d ms late</text>",
                LEFT + x(LENGTH + 1_500) + 8,
                base,
                polls,
                delay);
    }

    private static int x(long time) {
        return (int) Math.round(time * SCALE);
    }

    private static void line(StringBuilder svg, String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
