/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

/** What the message body becomes when a job has its result. */
public enum OutputType {
    /** The text if there is one; else the media: the bytes of one, a list of the bytes of several; else JSON. */
    auto,
    /** The text, as a String. A result without one fails the exchange. */
    text,
    /** The images: the bytes of one, a list of the bytes of several. A result without one fails the exchange. */
    images,
    /** The whole result as JSON text, media as data URIs. */
    json,
    /** The {@link io.aipi.client.model.JobResult}. */
    result
}
