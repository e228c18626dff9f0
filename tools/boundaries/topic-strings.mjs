/**
 * Topics are named by their contracts (`purchaseCreated.topic`): a name written out elsewhere would not follow a new version.
 * `message.timestamp.*` are settings of Kafka's.
 */
export const topicStrings = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { topic: "Write the contract's own `.topic` instead of '{{topic}}'." },
  },
  create: (context) => ({
    Literal(node) {
      if (typeof node.value !== 'string') return;
      if (
        !/^(?!message\.timestamp\.)(purchase|member|tier|points|segment|program|behavior|catalog|reward|coupon|message|activity)\.[a-z]+(-[a-z]+)*(\.|$)/.test(
          node.value,
        )
      )
        return;
      context.report({ node, messageId: 'topic', data: { topic: node.value } });
    },
  }),
};
