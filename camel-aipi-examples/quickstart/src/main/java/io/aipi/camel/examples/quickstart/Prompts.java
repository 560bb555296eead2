/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import io.aipi.camel.examples.support.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How many prompts there are.
 *
 * @param chat all for the chat model
 * @param image all for the image model
 * @param chatFiles those of them that are files
 * @param imageFiles those of them that are files
 */
record Prompts(int chat, int image, int chatFiles, int imageFiles) {

    /**
     * Counts the prompts of the command line and of the folder; nothing is made.
     *
     * @throws StartException if the folder is asked for, and it is not there or has no prompts
     */
    static Prompts of(Settings settings) throws IOException {
        int chatFiles = 0;
        int imageFiles = 0;
        if (settings.promptsFolder().isPresent()) {
            Path folder = settings.promptsFolder().get();
            if (!Files.isDirectory(folder)) {
                throw new StartException("There is no folder " + folder.toAbsolutePath()
                        + ": -Dprompts=FOLDER names one with prompts in its folders chat and image");
            }
            chatFiles = files(folder.resolve("chat")).size();
            imageFiles = files(folder.resolve("image")).size();
            if (chatFiles + imageFiles == 0) {
                throw new StartException("There are no prompts in " + folder.toAbsolutePath()
                        + ": put one prompt a file into its folders chat and image, or ask with -Dprompt=...");
            }
        }
        if (settings.chatPrompts().size() + settings.imagePrompts().size() + chatFiles + imageFiles == 0) {
            throw new StartException("The prompt is empty: write it as -Dprompt=\"...\" or -Dimage=\"...\"");
        }
        return new Prompts(
                settings.chatPrompts().size() + chatFiles,
                settings.imagePrompts().size() + imageFiles,
                chatFiles,
                imageFiles);
    }

    /** The files that Camel takes from a folder: not those in folders of it, and not hidden ones. Empty if there is none. */
    static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Files.isRegularFile(file)
                            && !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }
}
