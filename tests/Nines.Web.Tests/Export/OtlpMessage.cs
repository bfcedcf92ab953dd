using System.Text;

namespace Nines.Web.Tests.Export;

/// <summary>Just enough of protobuf to find the points of an OTLP request (opentelemetry/proto/metrics/v1/metrics.proto): name, attributes, value.</summary>
internal static class OtlpMessage
{
    /// <returns>"name key=value key=value", keys in order, ? for what is no text; and the value.</returns>
    public static IEnumerable<KeyValuePair<string, double>> Points(byte[] request) =>
        from resource in Messages(request, 1)
        from scope in Messages(resource, 2)
        from metric in Messages(scope, 2)
        from kind in Messages(metric, 5).Concat(Messages(metric, 7)) // gauge, sum
        from point in Messages(kind, 1)
        select KeyValuePair.Create(
            string.Join(' ', Messages(point, 7).Select(pair => $"{Text(pair, 1)}={(Messages(Messages(pair, 2).Single(), 1) is [var text] ? Encoding.UTF8.GetString(text) : "?")}").Order(StringComparer.Ordinal).Prepend(Text(metric, 1))),
            BitConverter.ToDouble(Fields(point).Single(field => field.Number == 4).Bytes));

    private static byte[][] Messages(byte[] message, int number) => [.. Fields(message).Where(field => field.Number == number).Select(field => field.Bytes)];

    private static string Text(byte[] message, int number) => Encoding.UTF8.GetString(Messages(message, number).Single());

    private static IEnumerable<(int Number, byte[] Bytes)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var from = at;
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    from = at;
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new FormatException($"Wire type {tag & 7}.");
            }
            yield return ((int)(tag >> 3), message[from..at]);
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
