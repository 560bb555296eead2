/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

/** The responses of the documented contract: the examples of the "HTTP API Client Interface", as JSON. */
final class Documented {

    static final String SESSION_KEY = "7511a186-b0c6-4901-b228-68faea2b07f4";
    static final String JOB_ID = "JID1";

    /** A PNG of one pixel, as the documents send images: base64 and nothing else. */
    static final String IMAGE =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private Documented() {}

    static Response login() {
        return Response.json(200, "{\"client_session_auth_key\": \"" + SESSION_KEY + "\"}");
    }

    static Response accepted() {
        return Response.json(200, "{\"success\": true, \"job_id\": \"" + JOB_ID + "\"}");
    }

    static Response atStart() {
        return Response.json(200, """
                {"job_id": "JID1", "job_state": "processing", "progress": {"progress": 0, "queue_position": 0},
                 "success": true}""");
    }

    static Response processing() {
        return Response.json(200, """
                {"job_id": "JID1", "job_state": "processing", "success": true,
                 "progress": {"job_id": "JID1", "progress": 50, "queue_position": 0,
                              "progress_data": {"images": ["IMAGE", "IMAGE"], "text": "Test output"}}}""".replace("IMAGE", IMAGE));
    }

    /** Done, with {@code progress} beside the result: the served API has the result only. */
    static Response done() {
        return Response.json(200, """
                {"job_id": "JID1", "job_state": "done", "success": true,
                 "job_result": {"auth": "worker_name", "compute_duration": 2.4, "images": ["IMAGE", "IMAGE"],
                                "text": "Test output...", "total_duration": 2.5,
                                "worker_interface_version": "API-Worker-Interface 0.3.5"},
                 "progress": {"job_id": "JID1", "progress": 100, "queue_position": 0,
                              "progress_data": {"images": ["IMAGE", "IMAGE"], "text": "Test output..."}}}""".replace("IMAGE", IMAGE));
    }

    static Response doneAgain() {
        return Response.json(200, """
                {"job_id": "JID1", "job_state": "done", "success": true,
                 "progress": {"job_id": "JID1", "progress": 100, "queue_position": 0,
                              "progress_data": {"images": ["IMAGE"], "text": "Test output..."}}}""".replace("IMAGE", IMAGE));
    }

    static Response heldResult() {
        return Response.json(200, """
                {"success": true, "job_id": "JID1", "images": ["IMAGE"], "text": "Test output...", "seed": 26262303,
                 "prompt": "cat", "compute_duration": 8.2, "total_duration": 47.8,
                 "auth": "neo07_NVIDIA A100-SXM4-40GB_0", "worker_interface_version": "API-Worker-Interface 0.3.5"}""".replace("IMAGE", IMAGE));
    }
}
