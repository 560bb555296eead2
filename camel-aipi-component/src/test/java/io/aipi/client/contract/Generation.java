/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.recorded;
import static io.aipi.client.contract.Response.recorded090;

/** The three forms of the protocol that a client meets, each with the responses to one job from login to result. */
enum Generation {
    /** As the "HTTP API Client Interface" documents it. */
    DOCUMENTED("prompt", Documented.SESSION_KEY, Documented.JOB_ID, "Test output...") {
        @Override
        void on(ReplayServer server) {
            server.documentedApi();
        }

        @Override
        Response accepted() {
            return Documented.accepted();
        }

        @Override
        Response processing() {
            return Documented.processing();
        }

        @Override
        Response done() {
            return Documented.done();
        }

        @Override
        Response doneAgain() {
            return Documented.doneAgain();
        }

        @Override
        Response heldResult() {
            return Documented.heldResult();
        }
    },

    /**
     * As AIME API Server 0.9.0 serves it (transcripts @1, 13, 15, 17, 23, 24). It describes nothing: that the prompt is
     * {@code text} here, as in the recordings, would have to be said by {@code promptParameter}.
     */
    SERVED_0_9_0("prompt", "f876b842-84ce-4232-a0b0-fcfeb0899b23", "JID3", "the model says that every") {
        @Override
        void on(ReplayServer server) {
            server.served090();
        }

        @Override
        Response accepted() {
            return recorded090(15);
        }

        @Override
        Response processing() {
            return recorded090(17);
        }

        @Override
        Response done() {
            return recorded090(23);
        }

        @Override
        Response doneAgain() {
            return recorded090(24);
        }

        @Override
        Response heldResult() {
            return recorded090(13);
        }
    },

    /** As AIME API Server 0.9.6 serves it (transcripts 1, 13, 19, 25, 26). */
    SERVED_0_9_6(
            "text",
            "f5af27e3-fc21-4df0-94fa-82ca5f8b94c6",
            "d17a5d5b-55ff-421f-9d2f-d4a218105648#3",
            "You said: Hello world this is a slow one @sleep=4 @steps=8") {
        @Override
        void on(ReplayServer server) {
            server.served096();
        }

        @Override
        Response accepted() {
            return recorded(13);
        }

        @Override
        Response processing() {
            return recorded(19);
        }

        @Override
        Response done() {
            return recorded(25);
        }

        @Override
        Response doneAgain() {
            return recorded(26);
        }

        @Override
        Response heldResult() {
            return recorded(11);
        }
    };

    /** Name of the parameter that takes the prompt. */
    final String promptName;

    /** Session key that a login gives. */
    final String sessionKey;

    /** Id of the job that {@link #accepted} speaks of. */
    final String jobId;

    /** Text in the result of {@link #done}. */
    final String resultText;

    Generation(String promptName, String sessionKey, String jobId, String resultText) {
        this.promptName = promptName;
        this.sessionKey = sessionKey;
        this.jobId = jobId;
        this.resultText = resultText;
    }

    /** Makes the server log in and describe its endpoints as this generation does. */
    abstract void on(ReplayServer server);

    abstract Response accepted();

    abstract Response processing();

    abstract Response done();

    abstract Response doneAgain();

    abstract Response heldResult();
}
