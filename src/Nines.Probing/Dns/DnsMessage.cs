using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Nines.Probing.Dns;

/// <summary>What is asked: a name and a type, and how.</summary>
internal sealed record DnsQuestion(DnsName Name, ushort Type)
{
    /// <summary>Ask the server to find the answer elsewhere; not for a zone's own servers.</summary>
    public bool Recursion { get; init; } = true;

    /// <summary>Ask for signatures (DO, RFC 4035, section 3.2.1).</summary>
    public bool Signatures { get; init; }

    /// <summary>Ask for the answer although the server's own validation fails (CD): ours is to say why.</summary>
    public bool CheckingDisabled { get; init; }
}

/// <summary>A question on the wire: with an id and a mix of cases that an answer has to repeat.</summary>
internal sealed class DnsQuery
{
    /// <summary>Largest answer over UDP: fits an unfragmented packet on every path (RFC 9715).</summary>
    public const ushort UdpSize = 1232;

    private const int HeaderLength = 12;

    public DnsQuery(DnsQuestion question, bool edns = true)
    {
        Span<byte> random = stackalloc byte[34];
        RandomNumberGenerator.Fill(random);
        Question = question;
        Id = BinaryPrimitives.ReadUInt16BigEndian(random);
        Name = question.Name.WithRandomCase(random[2..]);
        HasEdns = edns;
        Wire = Write();
    }

    public DnsQuestion Question { get; }
    public ushort Id { get; }
    public DnsName Name { get; }
    public bool HasEdns { get; }
    public byte[] Wire { get; }

    private byte[] Write()
    {
        var flags = (Question.Recursion ? 0x0100 : 0) | (Question.CheckingDisabled ? 0x0010 : 0);
        var wire = new byte[HeaderLength + Name.Wire.Length + 4 + (HasEdns ? 11 : 0)];
        var span = wire.AsSpan();
        BinaryPrimitives.WriteUInt16BigEndian(span, Id);
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(span[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(span[10..], (ushort)(HasEdns ? 1 : 0));
        Name.Wire.CopyTo(span[HeaderLength..]);
        span = span[(HeaderLength + Name.Wire.Length)..];
        BinaryPrimitives.WriteUInt16BigEndian(span, Question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], DnsRecord.Internet);
        if (!HasEdns) return wire;
        // OPT: root, type 41, our UDP size as class, version 0 and DO as TTL, no options (RFC 6891, section 6.1.2).
        BinaryPrimitives.WriteUInt16BigEndian(span[5..], DnsType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(span[7..], UdpSize);
        if (Question.Signatures) span[11] = 0x80;
        return wire;
    }
}

/// <summary>How a datagram or a message over TCP relates to a query.</summary>
internal enum DnsMatch
{
    /// <summary>Another id, another question, no answer at all: from whom does not matter, it is not ours.</summary>
    NotOurs,
    /// <summary>Ours, but for the case of the name: some old servers do not repeat it, and some forgers cannot.</summary>
    OtherCase,
    Ours,
}

/// <summary>An answer (RFC 1035, section 4). Records of other classes than Internet are left out.</summary>
internal sealed record DnsMessage
{
    /// <summary>Aliases that are followed at most; a chain in a circle ends here.</summary>
    private const int MostAliases = 16;

    public required ushort Id { get; init; }

    /// <summary>With the upper bits that EDNS adds.</summary>
    public required int Rcode { get; init; }

    /// <summary>The server speaks for the zone (AA).</summary>
    public required bool Authoritative { get; init; }

    /// <summary>Something was left out: ask again over TCP (TC).</summary>
    public required bool Truncated { get; init; }

    public ImmutableArray<DnsRecord> Answers { get; init; } = [];
    public ImmutableArray<DnsRecord> Authority { get; init; } = [];

    /// <summary>The aliases from the asked name on, and at their end the records of the asked type, if there are any. What else is in the answer is not looked at.</summary>
    public ImmutableArray<ImmutableArray<DnsRecord>> Follow(DnsQuestion question)
    {
        var sets = ImmutableArray.CreateBuilder<ImmutableArray<DnsRecord>>();
        var name = question.Name;
        while (sets.Count <= MostAliases)
        {
            var found = At(name, question.Type);
            var aliases = found.IsEmpty ? At(name, DnsType.Cname) : [];
            if (!found.IsEmpty) sets.Add(found);
            if (aliases.IsEmpty) break;
            sets.Add(aliases);
            name = new DnsReader(aliases[0].Data).ReadName();
        }
        return sets.ToImmutable();
    }

    /// <summary>The records of the asked type at the end of the aliases; empty when there are none.</summary>
    public ImmutableArray<DnsRecord> RecordsFor(DnsQuestion question) =>
        Follow(question) is [.., var last] && last[0].Type == question.Type ? last : [];

    private ImmutableArray<DnsRecord> At(DnsName name, ushort type) => [.. Answers.Where(record => record.Type == type && record.Name.Equals(name))];

    /// <summary>Whether a message answers the query, told from its header and question alone.</summary>
    public static DnsMatch Match(ReadOnlySpan<byte> message, DnsQuery query)
    {
        try
        {
            var reader = new DnsReader(message);
            if (reader.ReadUInt16() != query.Id) return DnsMatch.NotOurs;
            var flags = reader.ReadUInt16();
            if ((flags & 0xF800) != 0x8000) return DnsMatch.NotOurs;   // no answer, or not to a query
            var questions = reader.ReadUInt16();
            reader.Take(6);
            // A server that does not understand EDNS may leave the question out.
            if (questions == 0 && (flags & 0xF) == DnsRcode.FormErr && query.HasEdns) return DnsMatch.Ours;
            if (questions != 1) return DnsMatch.NotOurs;
            var name = reader.ReadName();
            if (reader.ReadUInt16() != query.Question.Type || reader.ReadUInt16() != DnsRecord.Internet) return DnsMatch.NotOurs;
            return name.IsExactly(query.Name) ? DnsMatch.Ours : name.Equals(query.Name) ? DnsMatch.OtherCase : DnsMatch.NotOurs;
        }
        catch (DnsFormatException)
        {
            return DnsMatch.NotOurs;
        }
    }

    /// <param name="problem">What is wrong with it, as the end of "the answer is malformed: …"; empty when nothing is.</param>
    public static bool TryParse(ReadOnlySpan<byte> message, [NotNullWhen(true)] out DnsMessage? parsed, out string problem)
    {
        parsed = null;
        problem = "";
        try
        {
            parsed = Parse(message);
            return true;
        }
        catch (DnsFormatException wrong)
        {
            problem = wrong.Message;
            return false;
        }
    }

    private static DnsMessage Parse(ReadOnlySpan<byte> message)
    {
        var reader = new DnsReader(message);
        var id = reader.ReadUInt16();
        var flags = reader.ReadUInt16();
        var (questions, answers, authority, additional) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16());
        var truncated = (flags & 0x0200) != 0;
        for (var i = 0; i < questions; i++)
        {
            reader.ReadName();
            reader.Take(4);
        }
        var header = new DnsMessage { Id = id, Rcode = flags & 0xF, Authoritative = (flags & 0x0400) != 0, Truncated = truncated };
        // What a truncated message holds may be cut anywhere; it is asked for again.
        if (truncated) return header;
        var extended = 0;
        var inAnswers = Section(ref reader, message, answers, ref extended);
        var inAuthority = Section(ref reader, message, authority, ref extended);
        Section(ref reader, message, additional, ref extended);
        return header with { Rcode = header.Rcode | extended << 4, Answers = inAnswers, Authority = inAuthority };
    }

    private static ImmutableArray<DnsRecord> Section(ref DnsReader reader, ReadOnlySpan<byte> message, int count, ref int extendedRcode)
    {
        var records = ImmutableArray.CreateBuilder<DnsRecord>();
        for (var i = 0; i < count; i++)
        {
            var record = DnsRecord.Read(ref reader, message, out var recordClass);
            if (record.Type == DnsType.Opt) extendedRcode = (int)(record.Ttl >> 24);
            else if (recordClass == DnsRecord.Internet) records.Add(record);
        }
        return records.ToImmutable();
    }
}
