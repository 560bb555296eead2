/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A picture to be drawn: a gradient and discs in colours of the seed, over the source image if there is one, with the
 * prompt at the bottom.
 *
 * @param prompt what is written in it
 * @param width in pixels
 * @param height in pixels
 * @param source a source image as a data URI, if there is one
 */
record Picture(String prompt, int width, int height, Optional<String> source) {

    private static final Logger LOG = LoggerFactory.getLogger(Picture.class);
    private static final int DISCS = 24;
    private static final int LONGEST_TEXT = 300;
    private static final AtomicBoolean NO_FONTS = new AtomicBoolean();

    Picture smaller(int scale) {
        return new Picture(prompt, Math.max(16, width / scale), Math.max(16, height / scale), source);
    }

    /**
     * Draws and encodes it.
     *
     * @param seed decides the colours
     * @param done how much of it is done, from 0 to 1
     * @return a data URI
     */
    String draw(long seed, double done, PictureFormat format) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            Random random = new Random(seed);
            paintBackground(graphics, random);
            paintDiscs(graphics, random, (int) Math.round(DISCS * done));
            writePrompt(graphics);
        } finally {
            graphics.dispose();
        }
        return dataUri(image, format);
    }

    private void paintBackground(Graphics2D graphics, Random random) {
        graphics.setPaint(new GradientPaint(0, 0, colour(random, 0.9f), width, height, colour(random, 0.4f)));
        graphics.fillRect(0, 0, width, height);
        source.flatMap(Picture::decoded).ifPresent(image -> graphics.drawImage(image, 0, 0, width, height, null));
    }

    private void paintDiscs(Graphics2D graphics, Random random, int discs) {
        graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, 0.35f));
        for (int disc = 0; disc < discs; disc++) {
            int size = (int) (Math.min(width, height) * (0.1 + 0.4 * random.nextDouble()));
            graphics.setColor(colour(random, 1f));
            graphics.fillOval(random.nextInt(width) - size / 2, random.nextInt(height) - size / 2, size, size);
        }
        graphics.setComposite(AlphaComposite.SrcOver);
    }

    private static Color colour(Random random, float brightness) {
        return Color.getHSBColor(random.nextFloat(), 0.65f, brightness);
    }

    private void writePrompt(Graphics2D graphics) {
        if (NO_FONTS.get()) {
            return;
        }
        try {
            int size = Math.max(8, height / 24);
            graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, size));
            List<String> lines = wrapped(graphics, width - 2 * size);
            int top = height - (lines.size() * (size + 4)) - size;
            graphics.setColor(new Color(0, 0, 0, 140));
            graphics.fillRect(0, top, width, height - top);
            graphics.setColor(Color.WHITE);
            for (int line = 0; line < lines.size(); line++) {
                graphics.drawString(lines.get(line), size, top + (line + 1) * (size + 4));
            }
        } catch (RuntimeException | LinkageError | InternalError e) {
            // A headless JDK on a machine without fonts fails in several ways; a picture without text serves as well.
            if (NO_FONTS.compareAndSet(false, true)) {
                LOG.info("No fonts here, the simulator's pictures carry no text: {}", e.toString());
            }
        }
    }

    private List<String> wrapped(Graphics2D graphics, int most) {
        String shown = prompt.length() > LONGEST_TEXT ? prompt.substring(0, LONGEST_TEXT) + "..." : prompt;
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : shown.strip().split("\\s+", -1)) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && graphics.getFontMetrics().stringWidth(longer) > most) {
                lines.add(line);
                line = word;
            } else {
                line = longer;
            }
        }
        lines.add(line);
        return lines;
    }

    private static Optional<BufferedImage> decoded(String dataUri) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(dataUri.substring(dataUri.indexOf(',') + 1));
            return Optional.ofNullable(ImageIO.read(new ByteArrayInputStream(bytes)));
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("The source image is of a format that is not drawn", e);
            return Optional.empty();
        }
    }

    /** A picture as the server gives it. */
    static String dataUri(BufferedImage image, PictureFormat format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format.name(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "data:image/" + format + ";base64," + Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
