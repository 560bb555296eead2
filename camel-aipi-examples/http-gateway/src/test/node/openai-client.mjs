// What OpenAI's own client gets of the gateway. It reads OPENAI_BASE_URL and OPENAI_API_KEY.
import OpenAI from 'openai';

const openai = new OpenAI({ maxRetries: 0 });
const chat = openai.chat.completions;
const user = (content) => ({ role: 'user', content });

console.log('Models:');
for await (const model of openai.models.list()) {
  console.log(`  ${model.id}: ${model.task}`);
}

const answer = await chat.create({ model: 'llama3_chat', temperature: 0.2, messages: [user('Hello!')] });
console.log('Chat:', answer.choices[0].message.content, `(${answer.usage.total_tokens} tokens)`);

const conversation = [
  { role: 'system', content: 'Be short.' },
  user('I am Ann.'),
  { role: 'assistant', content: 'Hello, Ann.' },
  user('Who am I?'),
];
const stream = await chat.create({
  model: 'llama3_chat',
  messages: conversation,
  stream: true,
  stream_options: { include_usage: true },
});
process.stdout.write('Streamed: ');
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? '');
  if (chunk.usage) console.log(` (${chunk.usage.total_tokens} tokens)`);
}

const made = await openai.images.generate({ model: 'sdxl_txt2img', prompt: 'A camel', size: '512x256' });
const image = Buffer.from(made.data[0].b64_json, 'base64');
console.log('Image:', image.toString('latin1', 1, 4), image.readUInt32BE(16), 'x', image.readUInt32BE(20));

const seen = await chat.create({
  model: 'mistral_chat',
  messages: [
    user([
      { type: 'text', text: 'What is in this picture?' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${image.toString('base64')}` } },
    ]),
  ],
});
console.log('Picture:', seen.choices[0].message.content);

const speech = await openai.audio.speech.create({ model: 'tts', voice: 'emma', input: 'A camel in the snow' });
const sound = Buffer.from(await speech.arrayBuffer());
console.log('Speech:', speech.headers.get('content-type'), sound.toString('latin1', 0, 4));

const told = (error) => `${error.constructor.name} ${error.status} ${error.code} ${error.param}: ${error.error.message}`;
await chat.create({ model: 'gpt-4o', messages: [user('Hello!')] }).catch((error) => console.log('Error:', told(error)));
await chat
  .create({ model: 'llama3_chat', messages: [user('Hello!')], n: 2 })
  .catch((error) => console.log('Error:', told(error)));

// a stream begins when its job is accepted; the gateway was started with two jobs of a model at most
const slow = { model: 'llama4_chat', messages: [user('Hello! @sleep=5')], stream: true };
const waiting = [await chat.create(slow), await chat.create(slow)];
await chat
  .create(slow)
  .catch((error) => console.log('Full:', told(error), `(again after ${error.headers.get('retry-after')} s)`));
waiting.forEach((one) => one.controller.abort());
