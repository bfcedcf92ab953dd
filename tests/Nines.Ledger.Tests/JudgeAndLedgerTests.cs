using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Judging;
using Nines.Testing;
using NodaTime;
using Outcome = Nines.Core.Observations.Outcome;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class JudgeAndLedgerTests
{
    private static readonly ComponentId Dapp = new("dapp");

    private static readonly Topology Street = new()
    {
        VantagePoints = [new VantagePoint { Id = new("here"), Region = "here" }],
        Components =
        [
            new Component
            {
                Id = Shop,
                Kind = ComponentKind.Dapp,
                Probes =
                [
                    new ProbeDefinition
                    {
                        Id = new(Shop, "page"), Type = "http", Every = Seconds(10), Timeout = Seconds(2),
                        Signals = SignalSchema.Of(), From = [new("here")], Options = new object(),
                    },
                ],
            },
            new Component { Id = Dapp, Kind = ComponentKind.Dapp, Needs = new Need.On(Shop) },
        ],
    };

    private enum Event { Good, Bad, Fault, Pass, LongPass, Restart, Reload, ChangeProbe, TakeOut, PutBack, Pause, Resume }

    /// <summary>The judge tells only what differs from its own last word: whatever the ledger adds at a restart must not come between them.</summary>
    [Fact]
    public void The_ledger_says_what_the_judge_says_over_any_observations_restarts_reloads_and_pauses() =>
        Prop.ForAll(Gen.Elements(Enum.GetValues<Event>().Concat([Event.Good, Event.Bad, Event.Bad]).ToArray()).ArrayOf(40).ToArbitrary(), events =>
        {
            var run = new Run();
            foreach (var what in events)
            {
                run.Step(what);
                run.AgreeOn(Shop);
                run.AgreeOn(Dapp);
            }
        }).Check(SameDraws.Config.WithMaxTest(200));

    private sealed class Run
    {
        private readonly History history = new();
        private readonly LedgerProjection ledger = new();
        private readonly Dictionary<string, byte[]> memory = [];
        private Topology topology = Street;
        private Judge judge;
        private double now;

        public Run()
        {
            history.Config(0, "shop", "dapp");
            judge = Start();
        }

        public void Step(Event what)
        {
            now += what == Event.LongPass ? 300 : 5;
            var facts = new List<Fact>();
            switch (what)
            {
                case Event.Good:
                    judge.Observe(Look(new Outcome.Answered(Seconds(0.1))), facts);
                    break;
                case Event.Bad:
                    judge.Observe(Look(new Outcome.Refused("connection_refused", "no")), facts);
                    break;
                case Event.Fault:
                    judge.Observe(Look(new Outcome.ProbeFault("no descriptor")), facts);
                    break;
                case Event.Restart:
                    judge = Start();
                    break;
                case Event.Reload:
                    Reload(topology, facts, Street.Components[0].Probes[0].Id);
                    break;
                case Event.ChangeProbe:
                    Reload(topology, facts);
                    break;
                case Event.TakeOut:
                    Reload(Street with { Components = [] }, facts);
                    break;
                case Event.PutBack when topology.Components.IsEmpty:
                    Reload(Street, facts);
                    break;
                case Event.Pause:
                    judge.SetPaused(new HashSet<ComponentId> { Shop }, facts);
                    break;
                case Event.Resume:
                    judge.SetPaused(new HashSet<ComponentId>(), facts);
                    break;
                case Event.PutBack:
                case Event.Pass or Event.LongPass:
                    break;
            }
            judge.Advance(At(now + 1), facts);
            now += 1;
            Take(facts);
            history.Watched(now);
            foreach (var piece in judge.TakeMemory()) memory[piece.Key] = piece.Value;
            Fold();
        }

        public void AgreeOn(ComponentId id)
        {
            if (topology.Components.IsEmpty) return;
            var said = judge.Said(id);
            if (said.Count == 0) return;
            var (from, to) = (said[0].From, At(now));
            var told = ledger.Find(id)!.Whole.Within(from, to).Select(part => (part.Segment with { From = part.From }, part.To)).ToList();
            Assert.Equal(said.Within(from, to), told);
        }

        private void Reload(Topology next, List<Fact> facts, params ProbeId[] kept)
        {
            topology = next;
            history.Watched(now).Config(now, [.. next.Components.Select(component => component.Id.Value)]);
            judge.Change(next, kept.ToHashSet(), At(now), facts);
        }

        private Judge Start()
        {
            history.Started(now, $"run-{now}");
            Fold();
            var started = new Judge(topology, memory, At(now));
            var facts = new List<Fact>();
            started.Begin(facts);
            Take(facts);
            return started;
        }

        private Observation Look(Outcome outcome) => new(new(Shop, "page"), new("here"), At(now), At(now + 0.1), outcome, ImmutableArray<SignalValue>.Empty);

        private void Take(List<Fact> facts)
        {
            foreach (var fact in facts) history.Add(fact);
        }

        private void Fold()
        {
            foreach (var entry in history.Entries.Skip((int)ledger.Position.Value)) ledger.Apply(entry);
        }
    }
}
