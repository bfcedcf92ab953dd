using System.Text;
using System.Text.RegularExpressions;
using Nines.Cli.Config.Files;
using Nines.Core;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nines.Cli.Config.Yaml;

/// <summary>
/// Reads one YAML document into a tree that keeps every value's place, and every key of a mapping, also the repeated ones.
/// Anchors, aliases and merge keys are understood; what they expand to is limited.
/// </summary>
internal sealed partial class YamlReader
{
    public const int MaxBytes = 4 << 20;
    public const int MaxDepth = 64;
    public const int MostValues = 4_000_000;

    private readonly IParser parser;
    private readonly ConfigSource source;
    private readonly MistakeList mistakes;
    private int mergedKeys;
    private readonly Dictionary<string, YamlTree> anchors = new(StringComparer.Ordinal);

    private YamlReader(IParser parser, ConfigSource source, MistakeList mistakes) => (this.parser, this.source, this.mistakes) = (parser, source, mistakes);

    /// <param name="mayBeEmpty">A text of comments only is a document without keys, and no mistake.</param>
    /// <returns>The document; null when it could not be read, and the mistakes say why.</returns>
    public static YamlTree? Read(ReadOnlySpan<byte> bytes, ConfigSource source, MistakeList mistakes, bool mayBeEmpty = false) =>
        Read(bytes, source, mistakes, reader => reader.ReadDocument(mayBeEmpty));

    /// <summary>All documents of a text that may have several; an empty one is left out.</summary>
    /// <returns>Null when one could not be read, and the mistakes say why.</returns>
    public static IReadOnlyList<YamlTree>? ReadAll(ReadOnlySpan<byte> bytes, ConfigSource source, MistakeList mistakes) => Read(bytes, source, mistakes, reader => reader.ReadDocuments());

    private static T? Read<T>(ReadOnlySpan<byte> bytes, ConfigSource source, MistakeList mistakes, Func<YamlReader, T?> read)
        where T : class
    {
        if (bytes.Length > MaxBytes)
        {
            mistakes.Add(MistakeCode.TooLarge, new Place(source.Name, 1, 1, ""), $"The file has more than {MaxBytes:N0} bytes, the most that a config has. Is it the right file?");
            return null;
        }
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            mistakes.Add(MistakeCode.Syntax, new Place(source.Name, 1, 1, ""), "The file is not UTF-8 text.");
            return null;
        }
        if (HiddenIn(text) is { } hidden)
        {
            mistakes.Add(MistakeCode.Hidden, new Place(source.Name, hidden.Line, hidden.Column, ""), $"In this line, {hidden.Problem}. Delete it: a reader takes what follows for something else than Nines does.");
            return null;
        }
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            return read(new YamlReader(new Parser(scanner), source, mistakes));
        }
        catch (YamlException wrong)
        {
            mistakes.Add(MistakeCode.Syntax, PlaceOf(source, wrong, text), Explain(wrong, text));
            return null;
        }
        catch (InvalidOperationException)
        {
            // The scanner's own fault on some malformed plain scalars, found by mutation: a config must not end in a stack trace.
            mistakes.Add(MistakeCode.Syntax, PlaceOf(source, scanner.CurrentPosition), "This is not YAML from here on.");
            return null;
        }
    }

    /// <summary>In comments too: what somebody reviews has to be what is loaded. What is written by its number ("\x1b") can be seen, and a probe may have to send it.</summary>
    private static (int Line, int Column, string Problem)? HiddenIn(string text)
    {
        var number = 0;
        var rest = text.AsSpan(text.StartsWith('\ufeff') ? 1 : 0);
        // Lines as editors show them. YAML ends a line, and with it a comment, at U+0085, U+2028 and U+2029 too: these are seen as little as the others.
        while (!rest.IsEmpty)
        {
            number++;
            var end = rest.IndexOfAny('\r', '\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + (rest[end..].StartsWith("\r\n") ? 2 : 1))..];
            if (Ascii.IsValid(line) && line.IndexOfAnyInRange('\0', '\u0008') < 0 && line.IndexOfAnyInRange('\u000b', '\u001f') < 0 && !line.Contains('\u007f')) continue;
            if (WrittenText.Find(line.ToString().Replace('\t', ' '), lines: false) is { } hidden) return (number, hidden.Number, hidden.Problem);
        }
        return null;
    }

    private YamlTree? ReadDocument(bool mayBeEmpty)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out var empty))
        {
            if (mayBeEmpty) return new YamlTree.Mapping(source, 1, 1);
            mistakes.Add(MistakeCode.Missing, PlaceOf(source, empty.Start), "The file is empty. 'nines init' writes a first one.");
            return null;
        }
        parser.Consume<DocumentStart>();
        var root = ReadValue(1);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
        {
            mistakes.Add(MistakeCode.Syntax, PlaceOf(source, second.Start), "A second document begins here; a config is one. Remove the '---'.");
            return null;
        }
        if (root.Size <= MostValues) return root;
        mistakes.Add(MistakeCode.TooLarge, new Place(source.Name, 1, 1, ""), $"Its aliases expand to more than {MostValues:N0} values.");
        return null;
    }

    private List<YamlTree>? ReadDocuments()
    {
        var documents = new List<YamlTree>();
        long size = 0;
        parser.Consume<StreamStart>();
        while (!parser.Accept<StreamEnd>(out _))
        {
            parser.Consume<DocumentStart>();
            anchors.Clear(); // they hold within their document
            var root = ReadValue(1);
            parser.Consume<DocumentEnd>();
            size += root.Size;
            if (size > MostValues)
            {
                mistakes.Add(MistakeCode.TooLarge, new Place(source.Name, 1, 1, ""), $"Its aliases expand to more than {MostValues:N0} values.");
                return null;
            }
            if (root is not YamlTree.Scalar { IsNull: true }) documents.Add(root);
        }
        return documents;
    }

    private YamlTree ReadValue(int depth)
    {
        if (depth > MaxDepth) throw new YamlException(parser.Current!.Start, parser.Current.End, $"Values go at most {MaxDepth} deep.");
        switch (parser.Current)
        {
            case AnchorAlias alias:
                parser.MoveNext();
                if (!anchors.TryGetValue(alias.Value.Value, out var target))
                    throw new YamlException(alias.Start, alias.End, $"*{alias.Value.Value} refers to an anchor that is not complete before it.");
                if (depth + target.Depth > MaxDepth) throw new YamlException(alias.Start, alias.End, $"Values go at most {MaxDepth} deep.");
                return target;
            case Scalar scalar:
                parser.MoveNext();
                return Anchored(scalar, Make(scalar));
            case SequenceStart start:
                parser.MoveNext();
                var sequence = new YamlTree.Sequence(source, (int)start.Start.Line, (int)start.Start.Column);
                while (!parser.Accept<SequenceEnd>(out _)) sequence.Add(ReadValue(depth + 1));
                parser.MoveNext();
                return Anchored(start, sequence);
            case MappingStart start:
                parser.MoveNext();
                return Anchored(start, ReadMapping(start, depth));
            default:
                throw new YamlException(parser.Current?.Start ?? Mark.Empty, parser.Current?.End ?? Mark.Empty, "Expected a value.");
        }
    }

    private YamlTree.Mapping ReadMapping(MappingStart start, int depth)
    {
        var mapping = new YamlTree.Mapping(source, (int)start.Start.Line, (int)start.Start.Column);
        var merged = new List<YamlTree>();
        while (!parser.Accept<MappingEnd>(out _))
        {
            if (!parser.Accept<Scalar>(out var key)) throw new YamlException(parser.Current!.Start, parser.Current.End, "A key is a plain word.");
            parser.MoveNext();
            var value = ReadValue(depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain }) merged.Add(value);
            else mapping.Add(Make(key), value);
        }
        parser.MoveNext();
        // A key of its own goes before a merged one, an earlier merged mapping before a later.
        if (merged.Count == 0) return mapping;
        var own = mapping.Pairs.Select(pair => pair.Key.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var source in merged.SelectMany(value => value is YamlTree.Sequence list ? list.Items : [value]))
        {
            if (source is not YamlTree.Mapping other) throw new YamlException(start.Start, start.End, "'<<' merges mappings only.");
            // Counted as they are copied: by the time the whole tree could be measured, memory would be gone.
            mergedKeys += other.Pairs.Count;
            if (mergedKeys > MostValues) throw new YamlException(start.Start, start.End, $"'<<' merges more than {MostValues:N0} keys.");
            foreach (var (key, value) in other.Pairs)
                if (own.Add(key.Text))
                    mapping.Add(key, value);
        }
        return mapping;
    }

    private YamlTree Anchored(NodeEvent node, YamlTree value)
    {
        if (!node.Anchor.IsEmpty) anchors[node.Anchor.Value] = value;
        return value;
    }

    private YamlTree.Scalar Make(Scalar scalar)
    {
        var offset = scalar.Start.Line != scalar.End.Line ? -1 : scalar.Style switch
        {
            ScalarStyle.Plain => 0,
            ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted => 1,
            _ => -1,
        };
        return new YamlTree.Scalar(source, (int)scalar.Start.Line, (int)scalar.Start.Column, scalar.Value, scalar.Style == ScalarStyle.Plain, offset);
    }

    private static Place PlaceOf(ConfigSource source, Mark mark) => new(source.Name, Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column), "");

    /// <summary>The parser notices a tab late, and points at what the line belongs to.</summary>
    private static Place PlaceOf(ConfigSource source, YamlException wrong, string text) =>
        TabLine(wrong, text) is { } line ? new Place(source.Name, line, 1, "") : PlaceOf(source, wrong.Start);

    private static int? TabLine(YamlException wrong, string text)
    {
        var lines = text.Split('\n');
        var named = wrong.Message.Contains("tab", StringComparison.Ordinal);
        for (var line = named ? 1 : Math.Max(1, (int)wrong.Start.Line); line <= (named ? lines.Length : Math.Min(lines.Length, wrong.End.Line + 1)); line++)
            if (TabIndent().IsMatch(lines[line - 1]))
                return line;
        return null;
    }

    /// <summary>The parser's sentence, without its position and in the words of somebody who writes a config.</summary>
    private static string Explain(YamlException wrong, string text)
    {
        if (TabLine(wrong, text) is not null) return "A tab indents this line; YAML takes spaces only.";
        var message = Position().Replace(wrong.Message, "").Trim();
        return $"This is not YAML: {message.TrimEnd('.')}.";
    }

    [GeneratedRegex(@"\A *\t", RegexOptions.CultureInvariant)]
    private static partial Regex TabIndent();

    [GeneratedRegex(@"\(Line: \d+, Col: \d+, Idx: \d+\)( - )?:?", RegexOptions.CultureInvariant)]
    private static partial Regex Position();
}
