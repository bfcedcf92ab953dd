using Nines.Core;
using Nines.Core.Components;

namespace Nines.Judging;

/// <summary>
/// How many states become one. Every rule here is monotone: a worse input never gives a better output, so applying it to the
/// surely-timelines and to the possibly-timelines bounds the truth from both sides (TRUTH 2).
/// </summary>
public static class Quorum
{
    /// <summary>The lower median on the order of states: an even split takes the better state (TRUTH 9).</summary>
    /// <param name="states">One or more of the four ordered states; sorted in place.</param>
    public static State LowerMedian(Span<State> states)
    {
        states.Sort();
        return states[(states.Length - 1) / 2];
    }

    /// <summary>The state of a dependency gate over the states of what it mentions: k of n takes the k-th best.</summary>
    public static State Gate(Need need, Func<ComponentId, State> state)
    {
        switch (need)
        {
            case Need.On on:
                return state(on.Component);
            case Need.AtLeast gate:
                var members = new State[gate.Members.Length];
                for (var i = 0; i < members.Length; i++) members[i] = Gate(gate.Members[i], state);
                Array.Sort(members);
                return members[gate.Count - 1];
            default:
                throw new InvalidOperationException("Need is a closed hierarchy.");
        }
    }

    /// <summary>The likely state where some inputs were not seen: what the rule gives with them at their best and at their worst,
    /// if that says more than "unknown".</summary>
    public static State Settle(State atBest, State atWorst) =>
        atBest == atWorst || atBest.IsDown() ? atBest : State.Unknown;
}
