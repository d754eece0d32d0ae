using System.Text;
using CoreNode.Foundation;
using CoreNode.Tests.Wal;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>The state as a file: what was written is read, and what was not is refused.</summary>
[TestFixture, Category("Conformance")]
internal sealed class UpdateStateCodecTests
{
    private const string Golden = "update-state-v1.txt";
    private static readonly DateTimeOffset s_expires = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_state_is_written_as_the_golden_file() =>
        GoldenFile.AssertIs(Golden, UpdateStateCodec.Write(Sample()));

    [Test]
    public void The_golden_file_is_understood()
    {
        UpdateStateFile file = UpdateStateCodec.Read(GoldenFile.Read(Golden));
        Assert.That(file.Problem, Is.Empty);
        Assert.That(UpdateStateCodec.Write(file.State!), Is.EqualTo(UpdateStateCodec.Write(Sample())));
        Assert.That(file.State!.Attempt!.Release, Is.EqualTo(Sample().Attempt!.Release));
        Assert.That(file.State.Gate.Before, Is.EqualTo(Sample().Gate.Before));
    }

    [Test]
    public void States_of_whole_lives_read_back_as_they_were()
    {
        for (ulong seed = 1; seed <= 30; seed++)
        {
            LifecycleWorld world = new(new Prng(seed));
            for (int i = 0; i < 20; i++)
            {
                world.Chaos(7);
                byte[] written = UpdateStateCodec.Write(world.State);
                Assert.That(UpdateStateCodec.Write(UpdateStateCodec.Read(written).State!), Is.EqualTo(written));
            }
        }
    }

    [Test]
    public void A_file_that_is_cut_off_or_has_a_wrong_byte_is_refused_and_never_half_read()
    {
        byte[] written = UpdateStateCodec.Write(Sample());
        for (int length = 0; length < written.Length; length++)
            AssertDamaged(written[..length]);
        Prng chance = new(5);
        for (int i = 0; i < 2000; i++)
        {
            byte[] wrong = [.. written];
            wrong[chance.Next(wrong.Length)] ^= (byte)(1 << chance.Next(8));
            AssertDamaged(wrong);
        }
    }

    [Test]
    public void A_newer_file_says_which_version_it_has()
    {
        byte[] written = UpdateStateCodec.Write(Sample());
        string newer = Encoding.UTF8.GetString(written).Replace("state 1 ", "state 2 ", StringComparison.Ordinal);
        UpdateStateFile file = UpdateStateCodec.Read(Encoding.UTF8.GetBytes(newer));
        Assert.That(file.State, Is.Null);
        Assert.That(file.Problem, Does.Contain("version 2").And.Contains("version 1"));
    }

    [Test]
    public void The_names_in_the_file_are_as_many_as_there_are_values()
    {
        Assert.That(StateNames.Stages, Has.Count.EqualTo(Enum.GetValues<LifecycleStage>().Length));
        Assert.That(StateNames.Steps, Has.Count.EqualTo(Enum.GetValues<UpdateStepKind>().Length));
        Assert.That(StateNames.CheckKinds, Has.Count.EqualTo(Enum.GetValues<HealthCheckKind>().Length));
        Assert.That(StateNames.Verdicts, Has.Count.EqualTo(Enum.GetValues<HealthVerdictKind>().Length));
    }

    private static void AssertDamaged(byte[] file)
    {
        UpdateStateFile read = UpdateStateCodec.Read(file);
        Assert.That(read.State, Is.Null);
        Assert.That(read.Problem, Is.Not.Empty.And.Not.Contains("\n"));
    }

    private static UpdateState Sample()
    {
        LifecycleDesk desk = LifecycleDesk.Started();
        desk.To(LifecycleStage.NeedReboot);
        desk.Restart(LifecycleDesk.Boot with { BootId = "boot-2", IsOtherTried = true });
        desk.To(
            LifecycleStage.Downloading,
            LifecycleDesk.Offer with { Version = "2.1", Sha256 = "def" },
            LifecycleDesk.Release with { Version = "2.1", Expires = s_expires });
        return desk.State with { Pin = "2" };
    }
}
