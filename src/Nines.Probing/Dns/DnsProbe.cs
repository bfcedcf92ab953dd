using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Dns.Dnssec;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Dns;

/// <summary>Asks all servers at once and makes one sight of what they said.</summary>
public sealed class DnsProbe : Probe
{
    /// <summary>Share of the time limit that answers may take: what is left is for making the sight, or for the chain of signatures.</summary>
    private const double ShareForAnswers = 0.9;
    private const double ShareBeforeSignatures = 0.5;

    private readonly ProbeDefinition definition;
    private readonly ProbeEnvironment environment;
    private readonly Readout readout;
    private readonly DnsQuestion question;
    private readonly ImmutableArray<Voter> voters;
    private readonly ImmutableArray<string> expected;
    private readonly ImmutableArray<string> nameservers;
    private readonly ChainOfTrust? chain;
    private readonly DnsClient client;
    private readonly DnsName name;
    private Voter? keysFrom;

    public DnsProbe(ProbeDefinition definition, DnsOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.definition, this.environment) = (definition, environment);
        readout = new Readout(definition.Signals, new DnsProbeType().Signals);
        var type = DnsType.Askable[options.Record];
        name = DnsProbeType.NameOf(options) ?? throw new ArgumentException($"'{options.Domain}' is not a domain name");
        question = new DnsQuestion(name, type) { Signatures = options.Dnssec == DnssecUse.Require };
        client = new DnsClient(path, environment.Time);
        voters = [.. options.Resolvers.Select(text => new Voter(Parse(text), options.Authoritative, client, path, environment.Time))];
        expected = [.. options.Expect.Select(text => DnsRecordText.Normal(type, text) ?? text).Distinct().Order(StringComparer.Ordinal)];
        nameservers = [.. options.Nameservers.Select(text => DnsName.Parse(text).ToString()).Distinct().Order(StringComparer.Ordinal)];
        if (options.Dnssec == DnssecUse.Require) chain = new ChainOfTrust([.. options.TrustAnchors.Select(Anchor)], AskForKeysAsync, environment.Now);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var patience = definition.Timeout.ToTimeSpan() * (chain is null ? ShareForAnswers : ShareBeforeSignatures);
        using var soon = new CancellationTokenSource(patience, environment.Time);
        using var answersBy = CancellationTokenSource.CreateLinkedTokenSource(limit, soon.Token);
        var naming = nameservers.IsEmpty ? null : NameserversAsync(answersBy.Token);
        var voices = await Task.WhenAll(voters.Select(voter => voter.AskAsync(question, patience, answersBy.Token))).ConfigureAwait(false);
        var names = naming is null ? [] : await naming.ConfigureAwait(false);
        var ballot = new Ballot(question, [.. voices], expected);
        if (ballot.Winners.IsEmpty) return NoAnswer(voices);

        var winner = ballot.Winners[0];
        SecurityVerdict? security = null;
        if (chain is not null)
        {
            using var later = new CancellationTokenSource(definition.Timeout.ToTimeSpan() * (ShareForAnswers - ShareBeforeSignatures), environment.Time);
            using var chainBy = CancellationTokenSource.CreateLinkedTokenSource(limit, later.Token);
            security = await JudgeAsync(winner, chainBy.Token).ConfigureAwait(false);
        }
        var times = ballot.Times;
        var median = times[(times.Length - 1) / 2];
        var values = Values(ballot, median, names, security);
        // A resolver that cannot reach anybody says SERVFAIL too: our own must be vouched for before it counts.
        var doubtful = winner.Message.Rcode is DnsRcode.ServFail or DnsRcode.Refused && !ballot.Winners.Any(IsAuthoritative);
        return new Sight(new Outcome.Answered(median), readout.Read(values, null), doubtful) { Resolving = doubtful && ballot.Winners.Any(vote => vote.Server.IsSystem) };
    }

    private SignalValue[] Values(Ballot ballot, Duration median, ImmutableArray<string> names, SecurityVerdict? security)
    {
        var winner = ballot.Winners[0];
        var times = ballot.Times;
        var serials = ballot.Serials();
        var changed = !names.IsEmpty && !names.SequenceEqual(nameservers);
        return
        [
            SignalValue.Of(median.TotalSeconds),
            SignalValue.Of(times[0].TotalSeconds),
            SignalValue.Of(times[^1].TotalSeconds),
            SignalValue.Of(DnsRcode.NameOf(winner.Message.Rcode)),
            SignalValue.Of((double)winner.Records.Length),
            SignalValue.Of(ballot.RecordsText),
            ballot.LowestTtl is { } ttl ? SignalValue.Of((double)ttl) : SignalValue.Missing,
            serials is { } highest ? SignalValue.Of((double)highest.Highest) : SignalValue.Missing,
            serials is { } behind ? SignalValue.Of((double)behind.Lag) : SignalValue.Missing,
            SignalValue.Of((double)ballot.Answering),
            SignalValue.Of((double)ballot.Winners.Length),
            SignalValue.Of((double)ballot.Silent),
            SignalValue.Of((double)ballot.Dead),
            SignalValue.Of(ballot.Disagree),
            Text(ballot.Split()),
            SignalValue.Of(winner.IsWrong),
            winner.IsWrong ? SignalValue.Of(Difference(expected, winner.Texts)) : SignalValue.Missing,
            SignalValue.Of((double)ballot.Wrong),
            names.IsEmpty ? SignalValue.Missing : SignalValue.Of(string.Join(", ", names)),
            SignalValue.Of(changed),
            changed ? SignalValue.Of(Difference(nameservers, names)) : SignalValue.Missing,
            security is null ? SignalValue.Missing : SignalValue.Of(Word(security.Security)),
            Text(security?.Why),
            SignalValue.Of(security?.ExpiresIn),
        ];
    }

    /// <summary>Nobody answered: the name's fault when a server that works, or one of its own, failed; ours when none of our resolvers works.</summary>
    private Sight NoAnswer(Voice[] voices)
    {
        var counting = voices.Where(voice => voice.Counts).ToList();
        var resolving = voices.Any(voice => voice.Server.IsSystem);
        var said = Ballot.Describe(counting.Count > 0 ? counting : voices);
        if (counting.Count == 0) return new Sight(new Outcome.ProbeFault($"none of our resolvers works: {said}"), [], true) { Resolving = resolving };
        if (counting.Find(voice => voice.Reply is DnsReply.Failed)?.Reply is DnsReply.Failed failed)
        {
            var sight = failed.Failure.ToSight(definition.Timeout, Redaction.ByShape);
            return sight with { Resolving = sight.Resolving || resolving };
        }
        if (counting.Exists(voice => voice.Reply is DnsReply.Malformed)) return new Sight(new Outcome.Refused("malformed", said), [], true) { Resolving = resolving };
        return new Sight(new Outcome.TimedOut(definition.Timeout, Phases.Answer), [], true) { Resolving = resolving };
    }

    /// <returns>The set of names that most servers gave, sorted; empty when none gave any.</returns>
    private async Task<ImmutableArray<string>> NameserversAsync(CancellationToken limit)
    {
        var sets = await Task.WhenAll(voters.Select(voter => NameserversAsync(voter, limit))).ConfigureAwait(false);
        var said = sets.Where(set => !set.IsEmpty).GroupBy(set => string.Join(' ', set)).OrderByDescending(same => same.Count()).ThenByDescending(same => same.First().SequenceEqual(nameservers));
        return said.FirstOrDefault()?.First() ?? [];
    }

    private async Task<ImmutableArray<string>> NameserversAsync(Voter voter, CancellationToken limit)
    {
        // At a name that is no zone of its own the SOA record beside "there is none" names the zone. That is asked anew at each look and of each
        // server: what one of them said in a bad moment must not decide for all of them and for ever.
        var apex = name;
        for (var asked = 0; asked < 2; asked++)
        {
            var ask = new DnsQuestion(apex, DnsType.Ns);
            if (await voter.AskAsync(ask, limit).ConfigureAwait(false) is not DnsReply.Answered { Message: var message }) return [];
            var found = message.RecordsFor(ask);
            if (!found.IsEmpty) return [.. found.Select(record => record.Text).Distinct().Order(StringComparer.Ordinal)];
            // A name that is not there at all has no zone: the one above it has other servers.
            if (message.Rcode != DnsRcode.NoError || message.Authority.FirstOrDefault(record => record.Type == DnsType.Soa && apex.IsAtOrBelow(record.Name)) is not { } soa) return [];
            apex = soa.Name;
        }
        return [];
    }

    private async Task<SecurityVerdict> JudgeAsync(Ballot.Vote winner, CancellationToken limit)
    {
        keysFrom = voters.First(voter => voter.Server == winner.Server);
        var answer = winner.Message;
        // What a validating resolver holds back for a bad signature is shown when it is asked not to check: ours is to say why.
        if (answer.Rcode == DnsRcode.ServFail && await keysFrom.AskAsync(question with { CheckingDisabled = true }, limit).ConfigureAwait(false) is DnsReply.Answered unchecked_)
            answer = unchecked_.Message;
        return await chain!.JudgeAsync(question, answer, limit).ConfigureAwait(false);
    }

    /// <summary>Asks the server that gave the answer; what a zone's own server does not know, this machine's resolver may.</summary>
    private async Task<DnsMessage?> AskForKeysAsync(DnsQuestion keys, CancellationToken limit)
    {
        if (await keysFrom!.AskAsync(keys, limit).ConfigureAwait(false) is DnsReply.Answered { Message: { Rcode: not DnsRcode.Refused } message }) return message;
        if (!keysFrom.IsAuthoritative) return null;
        return await client.AskAsync(keys, SystemResolver.Read(), limit).ConfigureAwait(false) is DnsReply.Answered { Message: var other } ? other : null;
    }

    private bool IsAuthoritative(Ballot.Vote vote) => voters.First(voter => voter.Server == vote.Server).IsAuthoritative;

    private static string Difference(ImmutableArray<string> before, ImmutableArray<string> found)
    {
        var (gone, come) = (string.Join(", ", before.Except(found)), string.Join(", ", found.Except(before)));
        return (gone, come) switch
        {
            (_, "") => $"{gone} missing",
            ("", _) => $"{come} besides those expected",
            _ => $"{come} instead of {gone}",
        };
    }

    private static string Word(Security security) => security switch
    {
        Security.Secure => "secure",
        Security.Insecure => "insecure",
        Security.Bogus => "bogus",
        Security.Indeterminate => "indeterminate",
    };

    private static SignalValue Text(string? text) => text is null ? SignalValue.Missing : SignalValue.Of(text);

    private static DnsServer Parse(string text) => DnsServer.TryParse(text, out var server) ? server : throw new ArgumentException($"'{text}' is no server");

    private static TrustAnchor Anchor(string text) => TrustAnchor.TryParse(text, out var anchor) ? anchor : throw new ArgumentException($"'{text}' is no DS record");
}
