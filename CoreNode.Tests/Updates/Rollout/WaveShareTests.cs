using System.Globalization;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>Who is in which wave: the same for ever, and as many as the waves say.</summary>
[TestFixture, Category("Unit")]
internal sealed class WaveShareTests
{
    // Never to be changed: see WaveShare. Worked out by a second program, not by this one.
    [TestCase("", "", 47.77299265739248)]
    [TestCase("0123456789abcdef0123456789abcdef", "1", 95.86415597842007)]
    [TestCase("0123456789abcdef0123456789abcdef", "2", 54.24738572301281)]
    [TestCase("größe", "🦊", 97.418981263228)]
    [TestCase("f3b0c44298fc1c149afbf4c8996fb924", "42", 64.46481442859731)]
    [TestCase("ffffffffffffffffffffffffffffffff", "18446744073709551615", 82.83894767695712)]
    public void A_machine_stands_where_it_always_did(string machine, string release, double share) =>
        Assert.That(WaveShare.Of(machine, release), Is.EqualTo(share).Within(1e-12));

    // 100 000 machines, the waves of the documents' example and smaller ones: as many as the percent says, within four
    // standard deviations.
    [TestCase(0.1)]
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(20)]
    [TestCase(25)]
    public void A_wave_has_as_many_machines_as_it_says(double percent)
    {
        const int Machines = 100_000;
        double expected = Machines * percent / 100;
        double most = 4 * Math.Sqrt(expected * (1 - (percent / 100)));
        for (int release = 1; release <= 3; release++)
        {
            string id = release.ToString(CultureInfo.InvariantCulture);
            int count = 0;
            for (int i = 0; i < Machines; i++)
                count += WaveShare.Of(i.ToString("x32", CultureInfo.InvariantCulture), id) < percent ? 1 : 0;
            Assert.That(count, Is.EqualTo(expected).Within(most), $"release {id}");
        }
    }

    [Test]
    public void Shares_are_even_and_releases_have_others()
    {
        const int Machines = 20_000;
        int[] tenths = new int[10];
        int both = 0;
        for (int i = 0; i < Machines; i++)
        {
            string id = i.ToString("x32", CultureInfo.InvariantCulture);
            double share = WaveShare.Of(id, "7");
            tenths[(int)(share / 10)]++;
            both += share < 10 && WaveShare.Of(id, "8") < 10 ? 1 : 0;
        }

        Assert.Multiple(() =>
        {
            Assert.That(tenths, Has.All.InRange(Machines / 10 * 0.93, Machines / 10 * 1.07));
            Assert.That(both, Is.InRange(Machines / 100 * 0.8, Machines / 100 * 1.2));
        });
    }
}
