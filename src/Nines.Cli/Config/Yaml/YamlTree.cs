using Nines.Cli.Config.Files;

namespace Nines.Cli.Config.Yaml;

/// <summary>A value of a YAML document, with the place where it begins. A value behind an anchor may stand in the tree more than once.</summary>
internal abstract class YamlTree(ConfigSource source, int line, int column)
{
    public ConfigSource Source { get; } = source;
    public int Line { get; } = line;
    public int Column { get; } = column;

    /// <summary>How many values a walk over it visits, aliases counted each time.</summary>
    public long Size { get; protected set; } = 1;

    /// <summary>How many values stand inside one another.</summary>
    public int Depth { get; protected set; } = 1;

    public Place At(string path) => new(Source.Name, Line, Column, path);

    protected void Holds(YamlTree inner)
    {
        // Doubling aliases reach astronomic sizes; past the limit it is only known to be too much.
        Size = Math.Min(Size + inner.Size, YamlReader.MostValues + 1L);
        Depth = Math.Max(Depth, inner.Depth + 1);
    }

    internal sealed class Scalar(ConfigSource source, int line, int column, string text, bool plain, int contentOffset) : YamlTree(source, line, column)
    {
        public string Text { get; } = text;

        /// <summary>Without quotes: only such a one can be null, true or a number.</summary>
        public bool Plain { get; } = plain;

        /// <summary>Columns from the scalar's mark to its text, for a scalar of one line; −1 when the text is folded over lines.</summary>
        public int ContentOffset { get; } = contentOffset;

        public bool IsNull => Plain && Text is "" or "~" or "null";
    }

    internal sealed class Sequence(ConfigSource source, int line, int column) : YamlTree(source, line, column)
    {
        private readonly List<YamlTree> items = [];

        public IReadOnlyList<YamlTree> Items => items;

        public void Add(YamlTree item)
        {
            items.Add(item);
            Holds(item);
        }
    }

    internal sealed class Mapping(ConfigSource source, int line, int column) : YamlTree(source, line, column)
    {
        private readonly List<(Scalar Key, YamlTree Value)> pairs = [];

        /// <summary>In the order of the file, duplicates included: the binder reports them.</summary>
        public IReadOnlyList<(Scalar Key, YamlTree Value)> Pairs => pairs;

        public void Add(Scalar key, YamlTree value)
        {
            pairs.Add((key, value));
            Holds(value);
        }

        public bool Has(string key) => Find(key) is not null;

        public YamlTree? Find(string key)
        {
            foreach (var (known, value) in pairs)
                if (known.Text == key)
                    return value;
            return null;
        }
    }
}
