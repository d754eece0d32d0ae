using System.Text;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Provision.Ignition;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Ignition;

/// <summary>
/// Damaged and random configurations: reading ends without a crash and within bounds, and says where and why whenever
/// it refuses. The same seed gives the same answer.
/// </summary>
[TestFixture, Category("Unit")]
[Parallelizable(ParallelScope.Self)]
internal sealed class IgnitionFuzzTests
{
    private const int Runs = 12_000;
    private const long MostBytes = 8 << 20;

    private static readonly byte[][] s_texts = [.. IgnitionCase.All().Select(one => Encoding.UTF8.GetBytes(one.Json))];

    private static readonly string[] s_pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "-1", "9999999999999999999", "1e999", "\"path\":",
        "\"\\u0000\"", "\"\\ud83d\"", "{\"source\":\"data:;base64,AAAA\"}", "\"/\"", "[[[[[[[[", "\n", "\t", "/*", "\0",
        "\"version\":\"3.0.0\"", "\"version\":\"3.5.0\"", "\"a@.service\"", "\"[Install]\"", "é",
    ];

    [Test]
    public void Damage_never_crashes_the_reader()
    {
        int refused = 0;
        int accepted = 0;
        for (ulong seed = 0; seed < Runs; seed++)
        {
            byte[] text = Damaged(new Prng(seed));
            long before = GC.GetAllocatedBytesForCurrentThread();
            IgnitionResult result = IgnitionReader.Read(text, "fuzz", IgnitionRules.Default);
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(taken, Is.LessThan(MostBytes), $"seed {seed}");
            if (result.Config.IsRefused)
                refused++;
            else
                accepted++;
            Check(result, seed);
        }

        Assert.That(refused, Is.GreaterThan(Runs / 4));
        Assert.That(accepted, Is.GreaterThan(Runs / 100));
    }

    [Test]
    public void Damage_never_crashes_what_puts_configurations_together()
    {
        for (ulong seed = 0; seed < 2000; seed++)
        {
            Prng chance = new(seed);
            IgnitionAssembly assembly = new(
                Encoding.UTF8.GetBytes("""
                    { "ignition": { "version": "3.4.0", "config": { "merge": [
                      { "source": "http://h/1" }, { "source": "http://h/2" }] } },
                      "storage": { "files": [{ "path": "/etc/a", "contents": { "source": "data:,a" } }] } }
                    """),
                "fuzz", IgnitionRules.Default);
            int fetched = 0;
            for (; assembly.Wanted is not null; fetched++)
                assembly.Provide(chance.Chance(0.5) ? s_texts[chance.Next(s_texts.Length)] : Damaged(chance));
            Assert.That(fetched, Is.LessThanOrEqualTo(IgnitionRules.Default.MostConfigs), $"seed {seed}");
            Check(assembly.Finish(), seed);
        }
    }

    [Test]
    public void Noise_is_no_JSON_and_says_where()
    {
        for (ulong seed = 0; seed < 3000; seed++)
        {
            Prng chance = new(seed);
            byte[] noise = new byte[chance.Next(0, 300)];
            for (int at = 0; at < noise.Length; at++)
                noise[at] = chance.Chance(0.7) ? (byte)chance.Next(0x20, 0x7F) : (byte)chance.Next(256);
            try
            {
                JsonTree.Parse(noise);
            }
            catch (DocumentException refused)
            {
                Assert.That(refused.Place.Line, Is.GreaterThan(0), $"seed {seed}");
                Assert.That(refused.Message, Is.Not.Empty, $"seed {seed}");
            }
        }
    }

    private static void Check(IgnitionResult result, ulong seed)
    {
        if (result.Config.IsRefused)
            Assert.That(result.Config.Desired, Is.SameAs(DesiredMachine.Nothing), $"seed {seed}");
        foreach (Finding one in result.Config.Findings)
            Assert.That(one.Reason, Is.Not.Empty, $"seed {seed}");
        foreach (DesiredFile one in result.Config.Desired.Files)
            Assert.That(one.Path, Does.StartWith("/").And.Not.Contains("/../").And.Not.Contains("\0"), $"seed {seed}");
        foreach (DesiredUser one in result.Config.Desired.Users)
        {
            string fields = $"{one.Name}{one.PasswordHash}{one.Gecos}{one.Home}{one.Shell}";
            Assert.That(fields, Does.Not.Contain(":").And.Not.Contain("\n"), $"seed {seed}");
        }
    }

    private static byte[] Damaged(Prng chance)
    {
        List<byte> text = [.. s_texts[chance.Next(s_texts.Length)]];
        for (int left = chance.Next(0, 5); left > 0 && text.Count > 0; left--)
        {
            int at = chance.Next(text.Count);
            switch (chance.Next(5))
            {
                case 0:
                    text[at] = (byte)chance.Next(256);
                    break;
                case 1:
                    text.RemoveRange(at, Math.Min(chance.Next(1, 20), text.Count - at));
                    break;
                case 2:
                    text.InsertRange(at, Encoding.UTF8.GetBytes(s_pieces[chance.Next(s_pieces.Length)]));
                    break;
                case 3:
                    int length = Math.Min(chance.Next(1, 60), text.Count - at);
                    text.InsertRange(chance.Next(text.Count), text.GetRange(at, length));
                    break;
                default:
                    byte[] other = s_texts[chance.Next(s_texts.Length)];
                    text.RemoveRange(at, text.Count - at);
                    text.AddRange(other.AsSpan(Math.Min(at, other.Length)));
                    break;
            }
        }

        return [.. text];
    }
}
