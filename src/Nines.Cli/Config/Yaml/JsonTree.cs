using System.Text.Json;
using Nines.Cli.Config.Files;

namespace Nines.Cli.Config.Yaml;

/// <summary>Reads JSON into the same tree as YAML, places included. A parser of its own: YAML readers stumble over JSON's tabs and surrogate pairs.</summary>
internal sealed class JsonTree
{
    private readonly ConfigSource source;
    private readonly byte[] bytes;
    private int scanned, line = 1, lineStart;

    private JsonTree(byte[] bytes, ConfigSource source) => (this.bytes, this.source) = (bytes, source);

    /// <summary>True for a text that begins as a JSON object or list does.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    /// <returns>The document; null when it could not be read, and the mistakes say why.</returns>
    public static YamlTree? Read(byte[] bytes, ConfigSource source, MistakeList mistakes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = YamlReader.MaxDepth });
        try
        {
            reader.Read();
            var tree = new JsonTree(bytes, source).ReadValue(ref reader);
            reader.Read(); // what follows the value is a mistake that the reader tells
            return tree;
        }
        catch (JsonException wrong)
        {
            mistakes.Add(MistakeCode.Syntax, new Place(source.Name, (int)Math.Min(int.MaxValue, (wrong.LineNumber ?? 0) + 1), (int)Math.Min(int.MaxValue, (wrong.BytePositionInLine ?? 0) + 1), ""), "This is not JSON from here on.");
        }
        catch (InvalidOperationException)
        {
            mistakes.Add(MistakeCode.Syntax, new Place(source.Name, 1, 1, ""), "A text in it is not valid UTF-8, or half of a surrogate pair.");
        }
        return null;
    }

    private YamlTree ReadValue(ref Utf8JsonReader reader)
    {
        var (at, column) = Locate(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var mapping = new YamlTree.Mapping(source, at, column);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var (keyLine, keyColumn) = Locate(reader.TokenStartIndex);
                    var key = new YamlTree.Scalar(source, keyLine, keyColumn, reader.GetString()!, plain: false, contentOffset: 1);
                    reader.Read();
                    mapping.Add(key, ReadValue(ref reader));
                }
                return mapping;
            case JsonTokenType.StartArray:
                var list = new YamlTree.Sequence(source, at, column);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(ReadValue(ref reader));
                return list;
            case JsonTokenType.String:
                return new YamlTree.Scalar(source, at, column, reader.GetString()!, plain: false, contentOffset: 1);
            default:
                return new YamlTree.Scalar(source, at, column, System.Text.Encoding.UTF8.GetString(reader.ValueSpan), plain: true, contentOffset: 0);
        }
    }

    /// <summary>Tokens come in order, so that the lines are counted once.</summary>
    private (int Line, int Column) Locate(long offset)
    {
        for (; scanned < offset; scanned++)
            if (bytes[scanned] == '\n')
                (line, lineStart) = (line + 1, scanned + 1);
        return (line, scanned - lineStart + 1);
    }
}
