using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Tests.Histories;

/// <summary>The judge of histories is right about those whose truth is known.</summary>
[TestFixture, Category("Unit")]
internal sealed class LinearizabilityCheckerTests
{
    private const int Seeds = 150;

    private static readonly Dictionary<string, HistoryResult> s_results = new()
    {
        ["ok"] = HistoryResult.Ok,
        ["notfound"] = HistoryResult.KeyNotFound,
        ["comparefailed"] = HistoryResult.CompareFailed,
        ["exists"] = HistoryResult.KeyExists,
        ["refused"] = HistoryResult.Refused,
    };

    // One operation a line: from, to (? for no answer), what, and what came of it.
    [TestCase("a write, then a read of it", true, "1 2 set a ok@5", "3 4 get ok a@5")]
    [TestCase("a read of what was overwritten before", false, "1 2 set a ok", "3 4 set b ok", "5 6 get ok a")]
    [TestCase("a read beside two writes may see either", true, "1 9 set a ok", "1 9 set b ok", "2 3 get ok b")]
    [TestCase("two reads that see two writes in turn and back", false,
        "1 20 set a ok", "1 20 set b ok", "2 3 get ok a", "4 5 get ok b", "6 7 get ok a")]
    [TestCase("a read of nothing after a write", false, "1 2 set a ok", "3 4 get notfound")]
    [TestCase("a write without an answer that is seen late", true, "1 ? set a", "5 6 get notfound", "7 8 get ok a")]
    [TestCase("a write without an answer that is seen and then gone", false,
        "1 ? set a", "5 6 get ok a", "7 8 get notfound")]
    [TestCase("a write without an answer that is seen before it was sent", false, "1 2 get ok a", "5 ? set a")]
    [TestCase("a delete without an answer explains an absent key", true,
        "1 2 set a ok", "3 ? delete", "5 6 get ok a", "7 8 get notfound")]
    [TestCase("one delete without an answer does not explain two", false,
        "1 2 set a ok", "3 ? delete", "5 6 get notfound", "7 8 set a ok", "9 10 get notfound")]
    [TestCase("two swaps from the same value both won", false,
        "1 2 set a ok", "3 9 cas b ifvalue=a ok", "3 9 cas c ifvalue=a ok")]
    [TestCase("of two swaps one won", true,
        "1 2 set a ok", "3 9 cas b ifvalue=a ok", "3 9 cas c ifvalue=a comparefailed", "10 11 get ok b")]
    [TestCase("a swap failed although nothing stood in its way", false,
        "1 2 set a ok", "3 4 cas b ifvalue=a comparefailed")]
    [TestCase("a swap failed because of a write without an answer", true,
        "1 2 set a ok", "2 ? set x", "3 4 cas b ifvalue=a comparefailed")]
    [TestCase("two swaps by the same index both won", false,
        "1 2 set a ok@5", "3 9 cas b ifindex=5 ok@6", "3 9 cas c ifindex=5 ok@7")]
    [TestCase("a swap by the index of a write without an answer", true,
        "1 2 set a ok@5", "3 ? set b", "4 5 get ok b@7", "6 7 cas c ifindex=7 ok@9")]
    [TestCase("a swap by an index that the key never had", false, "1 2 set a ok@5", "3 4 cas c ifindex=4 ok@9")]
    [TestCase("two creates both won", false, "1 9 create a ok", "1 9 create b ok")]
    [TestCase("two creates with a delete between them", true, "1 9 create a ok", "1 9 create b ok", "1 9 delete ok")]
    [TestCase("a create failed on an absent key", false, "1 2 create a exists")]
    [TestCase("an update of an absent key", false, "1 2 update a ok")]
    [TestCase("indexes that go back", false, "1 2 set a ok@9", "3 4 set b ok@8")]
    [TestCase("overlapped writes in the order of their indexes", true,
        "1 9 set a ok@9", "1 9 set b ok@8", "10 11 get ok a@9")]
    [TestCase("overlapped writes, read against their indexes", false,
        "1 9 set a ok@9", "1 9 set b ok@8", "10 11 get ok b@8")]
    [TestCase("the same value by another write", false, "1 2 set a ok@5", "3 4 set a ok@6", "5 6 get ok a@5")]
    [TestCase("a refused write is seen", false, "1 2 set a refused", "3 4 get ok a")]
    public void Histories_whose_truth_is_known(string what, bool isLinearizable, params string[] lines)
    {
        LinearizabilityVerdict verdict = LinearizabilityChecker.Check(lines.Select(Parse));
        Assert.That(verdict.Outcome, Is.EqualTo(isLinearizable
            ? Linearizability.Linearizable
            : Linearizability.Violated), $"{what}: {verdict.Explanation}");
    }

    [Test]
    public void What_one_register_did_is_linearizable([Values] bool hasIndexes)
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
            LinearizabilityChecker.Check(Correct(seed, hasIndexes)).ThrowUnlessLinearizable();
    }

    [Test]
    public void A_read_that_saw_another_value_is_found([Values] bool hasIndexes)
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            // Nobody ever wrote this one: wrong whatever else happened.
            List<HistoryOperation> history = Correct(seed, hasIndexes);
            int at = Find(history, seed, static one => one is { Kind: HistoryKind.Get, Result: HistoryResult.Ok });
            history[at] = history[at] with { SeenValue = "never written" };
            Assert.That(LinearizabilityChecker.Check(history).Outcome, Is.EqualTo(Linearizability.Violated));
        }
    }

    [Test]
    public void A_lost_acknowledged_write_is_found()
    {
        // All that was told of it is taken for true, and then the key is as if it had never been.
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            List<HistoryOperation> history = Correct(seed, hasIndexes: true);
            int at = Find(history, seed, static one => one is { Kind: HistoryKind.Set, Result: HistoryResult.Ok });
            long end = history.Max(static one => one.ReturnedAt == long.MaxValue ? 0 : one.ReturnedAt);
            HistoryOperation lost = history[at] with
            {
                InvokedAt = end + 1,
                ReturnedAt = end + 2,
                ModifiedIndex = 99_999,
            };
            history.Add(lost);
            history.Add(lost with
            {
                Kind = HistoryKind.Get,
                InvokedAt = end + 3,
                ReturnedAt = end + 4,
                SeenValue = "before",
                ModifiedIndex = 1,
            });
            Assert.That(LinearizabilityChecker.Check(history).Outcome, Is.EqualTo(Linearizability.Violated));
        }
    }

    [Test]
    public void Stale_reads_are_found_nearly_always()
    {
        // A read that is moved to a much later time is mostly wrong there, unless the key came back to the same value.
        int found = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            List<HistoryOperation> history = Correct(seed, hasIndexes: true);
            int at = Find(history, seed, static one => one is { Kind: HistoryKind.Get, Result: HistoryResult.Ok });
            long end = history.Max(static one => one.ReturnedAt == long.MaxValue ? 0 : one.ReturnedAt);
            history[at] = history[at] with { InvokedAt = end + 1, ReturnedAt = end + 2 };
            if (LinearizabilityChecker.Check(history).Outcome == Linearizability.Violated)
                found++;
        }

        Assert.That(found, Is.GreaterThan(Seeds * 3 / 4));
    }

    [Test]
    public void The_search_agrees_with_trying_every_order([Values] bool hasIndexes)
    {
        int violated = 0;
        for (ulong seed = 1; seed <= 600; seed++)
        {
            Prng chance = new(seed);
            List<HistoryOperation> history = new SequentialRegister(chance, hasIndexes).Run(7, 3, 1, lost: 0.2);
            if (chance.Chance(0.7))
                Damage(history, chance);
            bool expected = NaiveLinearizability.IsLinearizable(history);
            violated += expected ? 0 : 1;
            Assert.That(
                LinearizabilityChecker.Check(history).Outcome == Linearizability.Linearizable,
                Is.EqualTo(expected), $"seed {seed}\n{string.Join('\n', history)}");
        }

        Assert.That(violated, Is.InRange(60, 540));
    }

    [Test]
    public void A_search_that_is_given_up_is_no_success()
    {
        LinearizabilityVerdict verdict = LinearizabilityChecker.Check(Correct(1, hasIndexes: false), maxSteps: 5);
        Assert.That(verdict.Outcome, Is.EqualTo(Linearizability.Undecided));
        Assert.That(verdict.ThrowUnlessLinearizable, Throws.InstanceOf<AssertionException>());
    }

    [Test]
    public void Histories_without_indexes_and_with_lost_answers_are_judged()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            List<HistoryOperation> history = new SequentialRegister(new Prng(seed), hasIndexes: false)
                .Run(1_000, 8, 5, lost: 0.03);
            LinearizabilityChecker.Check(history).ThrowUnlessLinearizable();
        }
    }

    [Test]
    public void Long_histories_with_many_lost_answers_are_judged()
    {
        List<HistoryOperation> history = new SequentialRegister(new Prng(7), hasIndexes: true)
            .Run(20_000, 64, 5, lost: 0.05);
        LinearizabilityChecker.Check(history).ThrowUnlessLinearizable();
    }

    private static List<HistoryOperation> Correct(ulong seed, bool hasIndexes) =>
        new SequentialRegister(new Prng(seed), hasIndexes).Run(150, 6, 3, lost: 0.08);

    private static void Damage(List<HistoryOperation> history, Prng chance)
    {
        int at = chance.Next(history.Count);
        HistoryOperation one = history[at];
        history[at] = chance.Next(3) switch
        {
            0 when one.SeenValue is not null => one with { SeenValue = $"v{chance.Next(4)}" },
            1 when one.ModifiedIndex != 0 => one with { ModifiedIndex = one.ModifiedIndex + (ulong)chance.Next(3) },
            _ => one with { Result = (HistoryResult)chance.Next(4), ReturnedAt = one.InvokedAt + 20 },
        };
    }

    private static int Find(List<HistoryOperation> history, ulong seed, Predicate<HistoryOperation> isWanted)
    {
        int start = new Prng(seed).Child("find").Next(history.Count / 2);
        return history.FindIndex(start, isWanted);
    }

    private static HistoryOperation Parse(string line)
    {
        string[] words = line.Split(' ');
        Dictionary<string, HistoryKind> kinds = new()
        {
            ["get"] = HistoryKind.Get,
            ["set"] = HistoryKind.Set,
            ["create"] = HistoryKind.Create,
            ["update"] = HistoryKind.Update,
            ["cas"] = HistoryKind.CompareAndSwap,
            ["delete"] = HistoryKind.Delete,
        };
        HistoryKind kind = kinds[words[2]];
        bool isAnswered = words[1] != "?";
        bool hasValue = kind is not (HistoryKind.Get or HistoryKind.Delete);
        string Word(string prefix) => words.FirstOrDefault(word => word.StartsWith(prefix, StringComparison.Ordinal))
            is { } word ? word[prefix.Length..] : "";
        string[] result = [.. words.Where(static word => s_results.ContainsKey(word.Split('@')[0]))];
        string seen = kind == HistoryKind.Get && words[3] == "ok" ? words[4] : "";
        string index = words.Select(static word => word.Split('@')).FirstOrDefault(static parts => parts.Length > 1)
            ?[1] ?? "0";
        return new HistoryOperation
        {
            Client = 1,
            Key = "k",
            Kind = kind,
            Value = hasValue ? words[3] : null,
            PreviousValue = Word("ifvalue=") is { Length: > 0 } value ? value : null,
            PreviousIndex = Word("ifindex=") is { Length: > 0 } previous ? Number(previous) : 0,
            InvokedAt = (long)Number(words[0]),
            ReturnedAt = isAnswered ? (long)Number(words[1]) : long.MaxValue,
            Result = isAnswered ? s_results[result[0].Split('@')[0]] : HistoryResult.Unknown,
            SeenValue = seen.Length > 0 ? seen.Split('@')[0] : null,
            ModifiedIndex = Number(index),
        };
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
