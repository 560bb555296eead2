/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/** A speech model that hums: a short tone for each word of the text, as a WAV file. Progress is in percent. */
public record SpeechModel() implements Model {

    private static final int SAMPLE_RATE = 8000;
    private static final int SAMPLES_PER_WORD = SAMPLE_RATE / 5;
    private static final int MOST_WORDS = 25;
    private static final int HEADER_BYTES = 44;

    @Override
    public Performance perform(String prompt, Map<String, JsonNode> inputs, Script script) {
        return new Humming(prompt, script);
    }

    @Override
    public Duration usualComputeTime() {
        return Duration.ofSeconds(1);
    }

    private record Humming(String text, Script script) implements Performance {

        @Override
        public Update after(int step, int steps) {
            ObjectNode data = JsonNodeFactory.instance.objectNode().put("progress_message", "step " + step);
            return new Update((int) (100L * step / steps), data);
        }

        @Override
        public ObjectNode result() {
            ObjectNode outputs = JsonNodeFactory.instance.objectNode();
            if (script.error().isPresent()) {
                return outputs.put("error", script.error().get());
            }
            return outputs.put("audio_output", script.media().orElseGet(this::hum));
        }

        private String hum() {
            byte[] wav = wav(text.strip().split("\\s+", -1));
            return "data:audio/wav;base64," + Base64.getEncoder().encodeToString(wav);
        }
    }

    private static byte[] wav(String[] words) {
        int tones = Math.min(words.length, MOST_WORDS);
        int dataBytes = tones * SAMPLES_PER_WORD * 2;
        ByteBuffer file = ByteBuffer.allocate(HEADER_BYTES + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(HEADER_BYTES - 8 + dataBytes);
        file.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        // PCM, one channel, 16 bits a sample
        file.putShort((short) 1).putShort((short) 1).putInt(SAMPLE_RATE).putInt(SAMPLE_RATE * 2);
        file.putShort((short) 2).putShort((short) 16);
        file.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(dataBytes);
        for (int tone = 0; tone < tones; tone++) {
            putTone(file, 220 * Math.pow(2, Math.floorMod(words[tone].hashCode(), 13) / 12.0));
        }
        return file.array();
    }

    private static void putTone(ByteBuffer file, double hertz) {
        for (int sample = 0; sample < SAMPLES_PER_WORD; sample++) {
            double loudness = Math.sin(Math.PI * sample / SAMPLES_PER_WORD);
            double wave = Math.sin(2 * Math.PI * hertz * sample / SAMPLE_RATE);
            file.putShort((short) (12_000 * loudness * wave));
        }
    }
}
