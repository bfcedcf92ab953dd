using System.Collections.Immutable;
using System.Text;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Probing.Contracts;

namespace Nines.Probing.ContractWatch;

/// <summary>Which logs of a contract are told, and what each of them means.</summary>
/// <param name="Declaration">The event.</param>
/// <param name="IsSecurity">It is unexpected outside of a maintenance window.</param>
/// <param name="Topics">What indexed arguments must be, by their position among the topics: 1 to 3.</param>
internal sealed record EventRule(AbiSignature Declaration, bool IsSecurity, ImmutableArray<(int Position, Hash32 Value)> Topics)
{
    /// <summary>Characters of an event's text that are kept: what a contract emits is a stranger's.</summary>
    private const int MaxText = 400;

    public const string PausedName = "Paused", UnpausedName = "Unpaused";

    /// <summary>OpenZeppelin's Pausable, Ownable and AccessControl, and EIP-1967.</summary>
    private static readonly ImmutableArray<AbiSignature> Known =
    [
        .. new[]
        {
            "event Paused(address account)",
            "event Unpaused(address account)",
            "event Upgraded(address indexed implementation)",
            "event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)",
            "event AdminChanged(address previousAdmin, address newAdmin)",
            "event BeaconUpgraded(address indexed beacon)",
            "event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)",
            "event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender)",
        }.Select(AbiSignature.Parse),
    ];

    public static IEnumerable<string> KnownNames => Known.Select(known => known.Name);

    /// <exception cref="FormatException">An event is not one; the message says which, and what to write.</exception>
    public static ImmutableArray<EventRule> From(ImmutableArray<WatchedEvent> events) =>
        events.IsDefaultOrEmpty ? [.. KnownNames.Select(name => From(new WatchedEvent { Event = name }))] : [.. events.Select(From)];

    /// <inheritdoc cref="From(ImmutableArray{WatchedEvent})"/>
    public static EventRule From(WatchedEvent watched)
    {
        var text = watched.Event.Trim();
        var known = Known.FirstOrDefault(one => one.Name == text);
        var declared = known ?? Declared(text);
        return new EventRule(declared, watched.Security ?? (known is not null && known.Name is not (PausedName or UnpausedName)), [.. watched.Where.Select(filter => Filter(declared, filter.Key, filter.Value))]);
    }

    /// <param name="topics">Of a log that the contract emitted.</param>
    public bool Matches(ImmutableArray<Hash32> topics) =>
        topics.Length > 0 && topics[0] == Declaration.Topic
        // Declared with other arguments indexed, it cannot be filtered, and counts: better one too many than one too few.
        && (topics.Length != 1 + Declaration.Inputs.Count(input => input.IsIndexed) || Topics.All(filter => topics[filter.Position] == filter.Value));

    /// <summary>The event as a person would write it: <c>Upgraded(implementation: 0x…)</c>.</summary>
    public string Show(Log log)
    {
        var text = Declaration.DecodeLog(log) is AbiDecoding.Decoded { Values: var values }
            ? $"{Declaration.Name}({string.Join(", ", Declaration.Inputs.Zip(values, (input, value) => input.Name.Length > 0 ? $"{input.Name}: {value}" : $"{value}"))})"
            : $"{Declaration.Name}, whose arguments are not as declared";
        return text.Length <= MaxText ? text : text[..MaxText] + "…";
    }

    private static AbiSignature Declared(string text)
    {
        if (!AbiSignature.TryParse(text, out var declared, out var why) || declared.Kind != AbiSignatureKind.Event || declared.IsAnonymous)
            throw new FormatException($"'{text}' is neither one of {string.Join(", ", KnownNames)} nor an event's declaration{(why.Length > 0 ? $": {why.TrimEnd('.')}" : "")}. Try \"event LimitChanged(uint256 indexed market, uint256 limit)\".");
        return declared;
    }

    private static (int, Hash32) Filter(AbiSignature declared, string argument, string value)
    {
        var indexed = declared.Inputs.Where(input => input.IsIndexed).ToArray();
        var at = Array.FindIndex(indexed, input => input.Name == argument);
        if (at < 0)
            throw new FormatException($"{declared.Name} has no indexed argument '{argument}'. {(indexed.Length == 0 ? "It has none that is indexed: leave where out." : $"There are: {string.Join(", ", indexed.Select(input => input.Name))}.")}");
        return (at + 1, Topic(indexed[at], value.Trim()));
    }

    private static Hash32 Topic(AbiParameter input, string value)
    {
        if (input.Type is AbiType.FixedBytesType { Length: Hash32.Size } && IsName(value)) return value == "DEFAULT_ADMIN_ROLE" ? default : Keccak256.Hash(Encoding.UTF8.GetBytes(value));
        if (input.Type is AbiType.StringType) return Keccak256.Hash(Encoding.UTF8.GetBytes(value));
        if (!AbiTopics.HoldsValue(input.Type)) throw new FormatException($"{input.Name} is of type {input.Type}, by which logs cannot be chosen.");
        var data = AbiArgument.Call(AbiSignature.Parse($"value({input.Type.Name})"), [value]);
        return new Hash32(data.Span[Selector.Size..]);
    }

    private static bool IsName(string value) => value.Length > 0 && char.IsAsciiLetterUpper(value[0]) && value.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');
}
