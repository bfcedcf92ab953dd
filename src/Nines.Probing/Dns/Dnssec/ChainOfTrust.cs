using NodaTime;

namespace Nines.Probing.Dns.Dnssec;

/// <summary>What the signatures say of an answer (RFC 4035, section 4.3).</summary>
internal enum Security
{
    /// <summary>Signed, from a trust anchor down to the answer.</summary>
    Secure,
    /// <summary>The zone has no key that its parent knows of: nothing can be checked.</summary>
    Insecure,
    /// <summary>It should be signed and is not, or wrongly.</summary>
    Bogus,
    /// <summary>It cannot be told.</summary>
    Indeterminate,
}

/// <param name="Why">Why it is not secure; null when it is.</param>
/// <param name="ExpiresIn">Until the first signature that was looked at is no longer valid; null when none was.</param>
internal sealed record SecurityVerdict(Security Security, string? Why, Duration? ExpiresIn);

/// <summary>
/// Follows signatures from an answer up to a trust anchor (RFC 4035, section 5). Proofs of absence (NSEC, NSEC3) are not checked:
/// that a zone has no DS record is taken as its parent's servers say, and named so.
/// </summary>
/// <param name="ask">Asks for the keys: with signatures, and without the server's own validation.</param>
internal sealed class ChainOfTrust(IReadOnlyList<TrustAnchor> anchors, Func<DnsQuestion, CancellationToken, Task<DnsMessage?>> ask, Func<Instant> now)
{
    /// <summary>Signatures that one answer can make us check: keys with the same tag must not cost more (CVE-2023-50387).</summary>
    private const int MostChecks = 64;

    private static readonly Duration LongestKept = Duration.FromHours(1);

    private readonly Dictionary<DnsName, Trusted> kept = [];
    private int checksLeft;

    /// <summary>A zone's keys, or why there are none to rely on.</summary>
    private sealed record Trusted(Security Security, string? Why, IReadOnlyList<ZoneKey> Keys, Instant? Expires, Instant KeptUntil);

    /// <param name="answer">Asked for with signatures. Any response code.</param>
    public async Task<SecurityVerdict> JudgeAsync(DnsQuestion question, DnsMessage answer, CancellationToken limit)
    {
        var fromMemory = kept.Count > 0;
        var verdict = await OnceAsync(question, answer, limit).ConfigureAwait(false);
        if (!fromMemory || verdict.Security == Security.Secure) return verdict;
        // A zone may have changed its keys since.
        kept.Clear();
        return await OnceAsync(question, answer, limit).ConfigureAwait(false);
    }

    private async Task<SecurityVerdict> OnceAsync(DnsQuestion question, DnsMessage answer, CancellationToken limit)
    {
        checksLeft = MostChecks;
        try
        {
            var sets = answer.Follow(question);
            if (answer.Rcode is not (DnsRcode.NoError or DnsRcode.NxDomain)) return new SecurityVerdict(Security.Indeterminate, $"the answer is {DnsRcode.NameOf(answer.Rcode)}", null);
            if (answer.RecordsFor(question).IsEmpty)
                return new SecurityVerdict(Security.Indeterminate, "there is no such record, and proofs of absence (NSEC, NSEC3) are not checked", null);
            Instant? expires = null;
            foreach (var set in sets)
            {
                var trusted = await SetAsync(set, answer.Answers, limit).ConfigureAwait(false);
                expires = Earlier(expires, trusted.Expires);
                if (trusted.Security != Security.Secure) return new SecurityVerdict(trusted.Security, trusted.Why, expires - now());
            }
            return new SecurityVerdict(Security.Secure, null, expires - now());
        }
        catch (DnsFormatException wrong)
        {
            return new SecurityVerdict(Security.Bogus, $"a record of the chain is malformed: {wrong.Message}", null);
        }
    }

    /// <summary>Whether one set of records is signed by its zone, and the zone is to be trusted.</summary>
    private async Task<Trusted> SetAsync(IReadOnlyList<DnsRecord> set, IReadOnlyList<DnsRecord> beside, CancellationToken limit)
    {
        var (name, type) = (set[0].Name, set[0].Type);
        var signatures = SignaturesOf(name, type, beside);
        if (signatures.Count == 0) return await UnsignedAsync(name, type, beside, limit).ConfigureAwait(false);
        var signer = signatures[0].Signer;
        // The records about a zone's own security stand above it.
        var isAbove = type == DnsType.Ds && signer.Equals(name);
        if (!name.IsAtOrBelow(signer) || isAbove) return Not(Security.Bogus, $"{name} {DnsType.NameOf(type)} is signed by {signer}, which is not its zone");
        var zone = await ZoneAsync(signer, limit).ConfigureAwait(false);
        if (zone.Security != Security.Secure) return zone;
        var checkedSet = Check(set, [.. signatures.Where(signature => signature.Signer.Equals(signer))], zone.Keys);
        if (checkedSet.Security == Security.Secure && signatures.All(signature => signature.Labels < name.LabelCount) && !name.IsWildcard)
            return Not(Security.Indeterminate, $"{name} {DnsType.NameOf(type)} is made from a wildcard; that the name itself does not exist is not checked (NSEC, NSEC3)");
        return checkedSet with { Expires = Earlier(checkedSet.Expires, zone.Expires) };
    }

    /// <summary>Records without a signature: as they should be where the zone has no known key, bogus where it has one.</summary>
    private async Task<Trusted> UnsignedAsync(DnsName name, ushort type, IReadOnlyList<DnsRecord> beside, CancellationToken limit)
    {
        if (type == DnsType.Cname && beside.Any(record => record.Type == DnsType.Dname && name.IsAtOrBelow(record.Name)))
            return Not(Security.Indeterminate, $"the alias of {name} is made from a DNAME record, which is not checked");
        if (await ask(new DnsQuestion(name, DnsType.Soa) { Signatures = true, CheckingDisabled = true }, limit).ConfigureAwait(false) is not { } said
            || said.Answers.Concat(said.Authority).FirstOrDefault(record => record.Type == DnsType.Soa && name.IsAtOrBelow(record.Name)) is not { } apex)
            return Not(Security.Indeterminate, $"the zone of {name} could not be found");
        var zone = await ZoneAsync(apex.Name, limit).ConfigureAwait(false);
        return zone.Security == Security.Secure ? Not(Security.Bogus, $"{name} {DnsType.NameOf(type)} has no signature, although its zone {apex.Name} is signed") : zone;
    }

    private async Task<Trusted> ZoneAsync(DnsName zone, CancellationToken limit)
    {
        if (kept.TryGetValue(zone, out var known) && known.KeptUntil > now()) return known;
        var trusted = await FetchAsync(zone, limit).ConfigureAwait(false);
        if (trusted.Security == Security.Secure) kept[zone] = trusted;
        return trusted;
    }

    private async Task<Trusted> FetchAsync(DnsName zone, CancellationToken limit)
    {
        var (signers, above) = await SignersAsync(zone, limit).ConfigureAwait(false);
        if (above.Security != Security.Secure) return above;
        var supported = signers.Where(signer => signer.IsSupported).ToList();
        if (supported.Count == 0)
            return Not(Security.Indeterminate, $"{zone} is signed with what is not supported here: algorithm {string.Join(", ", signers.Select(signer => $"{SignatureAlgorithm.NameOf(signer.Algorithm)}, digest type {signer.DigestType}").Distinct())}");
        if (await ask(Question(zone, DnsType.Dnskey), limit).ConfigureAwait(false) is not { Rcode: DnsRcode.NoError } said) return Not(Security.Indeterminate, $"the keys of {zone} could not be had");
        var set = said.Answers.Where(record => record.Type == DnsType.Dnskey && record.Name.Equals(zone)).ToList();
        if (set.Count == 0) return Not(Security.Bogus, $"{zone} has no key, although its parent says that it is signed");
        var keys = set.Select(record => ZoneKey.Read(record.Data)).Where(key => key.IsUsable).ToList();
        var entry = keys.Where(key => supported.Exists(signer => signer.Matches(zone, key))).ToList();
        if (entry.Count == 0) return Not(Security.Bogus, $"no key of {zone} is the one that {(IsAnchor(zone) ? "the trust anchors name" : "its parent's DS record names")}");
        var self = Check(set, SignaturesOf(zone, DnsType.Dnskey, said.Answers), entry);
        if (self.Security != Security.Secure) return self;
        var expires = Earlier(self.Expires, above.Expires);
        var keep = Duration.Min(LongestKept, Duration.FromSeconds(set.Min(record => record.Ttl)));
        return new Trusted(Security.Secure, null, keys, expires, Instant.Min(Instant.Min(now() + keep, expires ?? Instant.MaxValue), above.KeptUntil));
    }

    /// <summary>The digests that the zone's keys are to be known by: the trust anchors', or the DS records that its parent signed.</summary>
    private async Task<(IReadOnlyList<DelegationSigner> Signers, Trusted Above)> SignersAsync(DnsName zone, CancellationToken limit)
    {
        if (IsAnchor(zone)) return ([.. anchors.Where(anchor => anchor.Zone.Equals(zone)).Select(anchor => anchor.Key)], new Trusted(Security.Secure, null, [], null, Instant.MaxValue));
        if (!anchors.Any(anchor => zone.IsAtOrBelow(anchor.Zone))) return ([], Not(Security.Indeterminate, $"no trust anchor is above {zone}"));
        if (await ask(Question(zone, DnsType.Ds), limit).ConfigureAwait(false) is not { Rcode: DnsRcode.NoError or DnsRcode.NxDomain } said) return ([], Not(Security.Indeterminate, $"the DS record of {zone} could not be had"));
        var set = said.Answers.Where(record => record.Type == DnsType.Ds && record.Name.Equals(zone)).ToList();
        if (set.Count == 0) return ([], Not(Security.Insecure, $"{zone} has no DS record with its parent (the proof of that, NSEC or NSEC3, is not checked)"));
        if (SignaturesOf(zone, DnsType.Ds, said.Answers).Count == 0) return ([], await UnsignedDsAsync(zone, limit).ConfigureAwait(false));
        var above = await SetAsync(set, said.Answers, limit).ConfigureAwait(false);
        return ([.. set.Select(record => DelegationSigner.Read(record.Data))], above with { KeptUntil = now() + Duration.FromSeconds(set.Min(record => record.Ttl)) });
    }

    private async Task<Trusted> UnsignedDsAsync(DnsName zone, CancellationToken limit)
    {
        var above = await UnsignedAsync(zone.Parent, DnsType.Ds, [], limit).ConfigureAwait(false);
        return above.Security == Security.Bogus ? above with { Why = $"the DS record of {zone} has no signature" } : above;
    }

    /// <summary>Whether one of the keys signed the set, with a signature that is valid now. Keeps the best reason why not.</summary>
    private Trusted Check(IReadOnlyList<DnsRecord> set, IReadOnlyList<RecordSignature> signatures, IReadOnlyList<ZoneKey> keys)
    {
        var what = $"{set[0].Name} {DnsType.NameOf(set[0].Type)}";
        var at = now();
        var seconds = at.ToUnixTimeSeconds();
        var why = signatures.Count == 0 ? $"{what} has no signature" : $"no signature of {what} is by a key of its zone";
        Instant? expired = null;
        var unsupported = signatures.Count > 0 && !signatures.Any(signature => SignatureAlgorithm.IsSupported(signature.Algorithm));
        if (unsupported) return Not(Security.Indeterminate, $"{what} is signed with algorithm {SignatureAlgorithm.NameOf(signatures[0].Algorithm)}, which is not supported here");
        foreach (var signature in signatures.OrderByDescending(signature => signature.ExpiresIn(seconds)))
        {
            foreach (var key in keys.Where(key => key.Tag == signature.Tag && key.Algorithm == signature.Algorithm))
            {
                if (checksLeft-- <= 0) return Not(Security.Bogus, $"more than {MostChecks} signatures would have to be checked");
                var expires = at + Duration.FromSeconds(signature.ExpiresIn(seconds));
                if (signature.Labels > set[0].Name.LabelCount || !signature.IsBy(key, set)) why = $"the signature of {what} by key {key.Tag} is wrong";
                else if (expires <= at) (why, expired) = ($"the signature of {what} is no longer valid since {expires:uuuu-MM-dd'T'HH:mm:ss'Z'}", Later(expired, expires));
                else if (!signature.HasBegun(seconds)) why = $"the signature of {what} is not valid yet";
                else return new Trusted(Security.Secure, null, [], expires, Instant.MaxValue);
            }
        }
        return Not(Security.Bogus, why) with { Expires = expired };
    }

    private bool IsAnchor(DnsName zone) => anchors.Any(anchor => anchor.Zone.Equals(zone));

    private static DnsQuestion Question(DnsName name, ushort type) => new(name, type) { Signatures = true, CheckingDisabled = true };

    private static List<RecordSignature> SignaturesOf(DnsName name, ushort type, IReadOnlyList<DnsRecord> records) =>
        [.. records.Where(record => record.Type == DnsType.Rrsig && record.Name.Equals(name)).Select(record => RecordSignature.Read(record.Data)).Where(signature => signature.Covered == type)];

    private static Trusted Not(Security security, string why) => new(security, why, [], null, Instant.MinValue);

    private static Instant? Earlier(Instant? a, Instant? b) => a is null ? b : b is null ? a : Instant.Min(a.Value, b.Value);

    private static Instant? Later(Instant? a, Instant b) => a is { } other ? Instant.Max(other, b) : b;
}
