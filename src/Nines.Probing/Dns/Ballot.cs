using System.Collections.Immutable;
using System.Globalization;
using NodaTime;

namespace Nines.Probing.Dns;

/// <summary>
/// What the servers said together. The kind of answer that most gave counts, of an even split the better kind (as expected, then
/// with records, then without, then an error); within the kind, the records that most gave.
/// </summary>
internal sealed class Ballot
{
    private const int LongestText = 2_000;
    private const int LongestSplit = 500;

    private readonly ImmutableArray<Voice> voices;
    private readonly ImmutableArray<Vote> votes;

    /// <param name="expected">The records that the answer must have, as text; empty when none are expected.</param>
    public Ballot(DnsQuestion question, ImmutableArray<Voice> voices, ImmutableArray<string> expected)
    {
        this.voices = voices;
        votes = [.. voices.Where(voice => voice.Counts && voice.Reply is DnsReply.Answered).Select(voice => new Vote(voice.Server, (DnsReply.Answered)voice.Reply, question, expected))];
        Winners = [.. votes
            .GroupBy(vote => (vote.Kind, vote.Message.Rcode))
            .OrderByDescending(kind => kind.Count()).ThenBy(kind => kind.Key.Kind)
            .Take(1)
            .SelectMany(kind => kind.GroupBy(vote => vote.Text).OrderByDescending(same => same.Count()).First())];
    }

    /// <summary>From best to worst.</summary>
    internal enum Kind { AsExpected, Records, NoRecords, Error }

    /// <summary>What one server answered.</summary>
    internal sealed class Vote
    {
        internal Vote(DnsServer server, DnsReply.Answered reply, DnsQuestion question, ImmutableArray<string> expected)
        {
            (Server, Message, Took) = (server, reply.Message, reply.Took);
            Records = Message.RecordsFor(question);
            Texts = [.. Records.Select(record => record.Text).Distinct().Order(StringComparer.Ordinal)];
            Text = string.Join(", ", Texts);
            IsWrong = !expected.IsEmpty && !Texts.IsEmpty && !Texts.SequenceEqual(expected);
            Kind = Message.Rcode != DnsRcode.NoError ? Kind.Error : Texts.IsEmpty ? Kind.NoRecords : expected.IsEmpty || IsWrong ? Kind.Records : Kind.AsExpected;
        }

        public DnsServer Server { get; }
        public DnsMessage Message { get; }
        public Duration Took { get; }
        public ImmutableArray<DnsRecord> Records { get; }
        public ImmutableArray<string> Texts { get; }
        public string Text { get; }
        public bool IsWrong { get; }
        public Kind Kind { get; }
    }

    /// <summary>The servers that gave the answer that counts; empty when none answered.</summary>
    public ImmutableArray<Vote> Winners { get; }

    public ImmutableArray<string> Records => Winners[0].Texts;
    public int Answering => votes.Length;
    public int Silent => voices.Count(voice => voice.Counts && voice.Reply is not DnsReply.Answered);
    public int Dead => voices.Count(voice => !voice.Counts);
    public int Wrong => votes.Count(vote => vote.IsWrong);
    public bool Disagree => Winners.Length < votes.Length;

    public ImmutableArray<Duration> Times => [.. votes.Select(vote => vote.Took).Order()];

    /// <summary>Of the records that count, over the servers that gave them; null when there are none.</summary>
    public uint? LowestTtl => Winners.SelectMany(vote => vote.Records).Select(record => (uint?)record.Ttl).Min();

    public string RecordsText => Cut(Winners[0].Text, LongestText);

    /// <summary>Highest serial, and how far the lowest is behind it, in the arithmetic of serials (RFC 1982); null when no server gave one.</summary>
    public (uint Highest, uint Lag)? Serials()
    {
        var serials = votes.SelectMany(vote => vote.Records).Where(record => record.Type == DnsType.Soa).Select(SerialOf).ToList();
        if (serials.Count == 0) return null;
        var highest = serials.Aggregate((a, b) => unchecked((int)(b - a)) > 0 ? b : a);
        return (highest, serials.Max(serial => unchecked(highest - serial)));
    }

    /// <summary>Who said what, those first who are not of the majority; null when all said the same.</summary>
    public string? Split()
    {
        if (!Disagree && Silent == 0 && Dead == 0) return null;
        var winners = Winners.Select(vote => vote.Server.Label).ToHashSet();
        return Describe(voices.OrderBy(voice => winners.Contains(voice.Server.Label)));
    }

    public static string Describe(IEnumerable<Voice> voices) => Cut(string.Join("; ", voices.Select(Describe)), LongestSplit);

    private static string Describe(Voice voice) => $"{voice.Server.Label} " + (voice.Reply switch
    {
        DnsReply.Answered { Message: var message } => Said(message),
        DnsReply.Silent { Ignored: > 0 } silent => $"said nothing ({silent.Ignored.ToString(CultureInfo.InvariantCulture)} forged or stray packets)",
        DnsReply.Silent => "said nothing",
        DnsReply.Malformed malformed => $"sent a malformed answer: {malformed.Problem}",
        DnsReply.Failed failed => failed.Failure switch
        {
            Paths.PathFailure.Refused refused => refused.Code,
            Paths.PathFailure.Unresolved unresolved => unresolved.Code,
            Paths.PathFailure.TimedOut => "said nothing",
            Paths.PathFailure.Ours ours => ours.Message,
            _ => throw new InvalidOperationException("PathFailure is a closed hierarchy."),
        },
        _ => throw new InvalidOperationException("DnsReply is a closed hierarchy."),
    }) + (voice.Counts || voice.Reply is DnsReply.Failed { Failure: Paths.PathFailure.Ours } ? "" : " (and answers nothing else either)");

    private static string Said(DnsMessage message)
    {
        var records = string.Join(", ", message.Answers.Where(record => record.Type != DnsType.Rrsig).Select(record => record.Text));
        return records.Length == 0 ? DnsRcode.NameOf(message.Rcode) : $"{DnsRcode.NameOf(message.Rcode)} {records}";
    }

    private static uint SerialOf(DnsRecord soa)
    {
        var reader = new DnsReader(soa.Data);
        reader.ReadName();
        reader.ReadName();
        return reader.ReadUInt32();
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
}
