using System.Collections.Immutable;

namespace Nines.Chains.Evm.Abi;

/// <summary>Custom errors by selector. Where two declarations share a selector the first one stays.</summary>
public sealed class KnownErrors
{
    private readonly ImmutableDictionary<Selector, AbiSignature> _bySelector;

    private KnownErrors(ImmutableDictionary<Selector, AbiSignature> bySelector) => _bySelector = bySelector;

    public static KnownErrors None { get; } = new(ImmutableDictionary<Selector, AbiSignature>.Empty);

    /// <summary>The errors of OpenZeppelin Contracts 5 that users' transactions meet, and the ERC-6093 errors among them.</summary>
    public static KnownErrors Published { get; } = None.With(PublishedErrors.Declarations.Select(d => AbiSignature.Parse("error " + d)));

    public int Count => _bySelector.Count;

    public IEnumerable<AbiSignature> All => _bySelector.Values;

    /// <summary>These and those of <paramref name="signatures"/> that are errors.</summary>
    public KnownErrors With(IEnumerable<AbiSignature> signatures)
    {
        var all = _bySelector.ToBuilder();
        foreach (var error in signatures.Where(s => s.Kind == AbiSignatureKind.Error))
        {
            all.TryAdd(error.Selector, error);
        }

        return new KnownErrors(all.ToImmutable());
    }

    public AbiSignature? Find(Selector selector) => _bySelector.GetValueOrDefault(selector);
}
