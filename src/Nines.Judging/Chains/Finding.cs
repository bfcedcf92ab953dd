using Nines.Core;
using NodaTime;

namespace Nines.Judging.Chains;

/// <summary>What one rule says of a chain as its live sources told it.</summary>
/// <param name="Code">The rule: halted, finality, reorg, participation, missed_slots, split.</param>
/// <param name="Because">The evidence in words; empty while all is well.</param>
/// <param name="Began">When it became so, where the evidence itself tells.</param>
/// <param name="GoodUntil">While all is well: up to when it surely is.</param>
internal sealed record Finding(State State, string Code, string Because, Bounds? Began, Instant GoodUntil)
{
    public static Finding Good(string code, Instant until) => new(State.Up, code, "", null, until);

    public static Finding Bad(State state, string code, string because, Bounds? began = null) => new(state, code, because, began, Instant.MinValue);
}
