using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Documents;
using Nines.Web.Access;

namespace Nines.Web.Live;

/// <summary>Which facts somebody listens to. Empty: all that he may read.</summary>
/// <param name="Reader">What somebody may not read he is not told of; his cursor moves past it.</param>
/// <param name="Whole">Facts as they are, instead of notes that there are some.</param>
/// <param name="Kinds">In order.</param>
/// <param name="Components">In order. What concerns no component concerns all of them.</param>
public sealed record FactFilter(Role Reader, bool Whole, ImmutableArray<string> Kinds, ImmutableArray<ComponentId> Components)
{
    public static readonly FactFilter All = new(Role.Admin, false, [], []);

    /// <summary>The same for all who listen to the same.</summary>
    public string Key { get; } = $"{Reader}\n{Whole}\n{string.Join(' ', Kinds)}\n{string.Join(' ', Components)}";

    public bool Takes(Fact fact)
    {
        if (!Reader.MayRead(fact)) return false;
        if (!Kinds.IsEmpty && !Kinds.Contains(FactKinds.Of(fact), StringComparer.Ordinal)) return false;
        return Components.IsEmpty || FactStream.ComponentsOf(fact) is var named && (named.IsEmpty || named.Any(Components.Contains));
    }
}

/// <summary>Some entries of the journal in a row, and the text in which listeners get them: written once for all who listen to the same.</summary>
internal sealed class FactBatch(JournalPosition last, IReadOnlyList<JournalEntry> entries)
{
    private readonly ConcurrentDictionary<string, Lazy<ReadOnlyMemory<byte>>> texts = new(StringComparer.Ordinal);
    private readonly ReadOnlyMemory<byte>? text;

    /// <summary>The same words for everybody, with no entry in them.</summary>
    private FactBatch(JournalPosition last, string words) : this(last, []) => text = Encoding.UTF8.GetBytes(words);

    /// <summary>Position up to which a listener that has it knows everything.</summary>
    public JournalPosition Last { get; } = last;

    public IReadOnlyList<JournalEntry> Entries { get; } = entries;

    /// <summary>Nothing is new. Keeps the connection open, and moves the listener's cursor past what it does not listen to.</summary>
    public static FactBatch Alive(JournalPosition last) => new(last, string.Create(CultureInfo.InvariantCulture, $": alive\nid: {last}\n\n"));

    /// <summary>The journal cannot be read now; what comes meanwhile is told afterwards.</summary>
    public static FactBatch Trouble(JournalPosition last, string code) => new(last, $"event: trouble\ndata: {{\"code\":\"{code}\"}}\n\n");

    /// <summary>The listener's cursor is not of this journal: what it has may have never been here.</summary>
    public static FactBatch Reset(JournalPosition last) => new(last, string.Create(CultureInfo.InvariantCulture, $"event: reset\nid: {last}\ndata: {{\"position\":{last}}}\n\n"));

    /// <returns>Empty when nothing of it is listened to.</returns>
    public ReadOnlyMemory<byte> TextFor(FactFilter filter) => text ?? texts.GetOrAdd(filter.Key, _ => new(() => Write(filter))).Value;

    private ReadOnlyMemory<byte> Write(FactFilter filter)
    {
        var taken = Entries.Where(entry => filter.Takes(entry.Fact)).ToList();
        if (taken.Count == 0) return default;
        if (!filter.Whole)
            return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {Last}\nevent: news\ndata: {JsonSerializer.Serialize(FactStream.NewsOf(Last, taken), DocumentJson.Options)}\n\n"));
        var to = new ArrayBufferWriter<byte>();
        foreach (var entry in taken)
        {
            to.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"id: {entry.Position}\nevent: fact\ndata: {{\"position\":{entry.Position},\"stream\":\"{JsonEncodedText.Encode(entry.Stream)}\",\"version\":{entry.Version},\"fact\":")));
            to.Write(FactJson.Write(entry.Fact));
            to.Write("}\n\n"u8);
        }
        return to.WrittenMemory;
    }
}
