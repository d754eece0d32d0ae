using CoreNode.Boot.Model;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class StageRuleTests
{
    private static readonly LoaderState s_asked = LoaderState.Of('a') with { Trial = 'b', Asked = 'b' };

    [Test]
    public void The_loaders_file_is_of_GRUBs_kind_and_says_everything_in_its_first_sector()
    {
        byte[] file = s_asked.Format();
        Assert.That(file, Has.Length.EqualTo(1024));
        Assert.That(file.AsSpan().StartsWith("# GRUB Environment Block\norder=a b\ntrial=b\nasked=b\n#"u8), Is.True);
        Assert.That(file.AsSpan(512).ContainsAnyExcept((byte)'#'), Is.False);
        Assert.That(LoaderState.Parse(file), Is.EqualTo(s_asked));
        Assert.That(LoaderState.Parse(LoaderState.Of('b').Format()), Is.EqualTo(new LoaderState { Order = "ba" }));
    }

    [TestCase("")]
    [TestCase("order=b a\n")]
    [TestCase("# GRUB Environment Block\norder=c a\ntrial=x\nasked=ab\nother=b\n")]
    public void What_is_damaged_says_nothing(string file) =>
        Assert.That(LoaderState.Parse(System.Text.Encoding.ASCII.GetBytes(file)), Is.EqualTo(new LoaderState()));

    [TestCase('b', 'b', 'a', null, StageTrial.Waiting)]
    [TestCase(null, 'b', 'b', 'b', StageTrial.CameUp)]
    [TestCase(null, 'b', 'b', null, StageTrial.CameUp)]
    [TestCase(null, 'b', 'a', 'b', StageTrial.NotLoaded)]
    [TestCase(null, 'b', 'a', null, StageTrial.Failed)]
    [TestCase(null, 'b', null, null, StageTrial.Failed)]
    [TestCase(null, null, 'a', 'b', StageTrial.None)]
    public void A_trial_is_judged_by_what_the_loader_did(
        char? trial, char? asked, char? started, char? tried, StageTrial wanted)
    {
        LoaderState state = LoaderState.Of('a') with { Trial = trial, Asked = asked };
        Assert.That(StageRule.Judge(state, started, tried), Is.EqualTo(wanted));
        Assert.That(StageRule.Tell(wanted, state) is null, Is.EqualTo(wanted == StageTrial.None));
    }

    [TestCase('a', "ab", "ab", 'a')]
    [TestCase('b', "ab", "ab", 'b')]
    [TestCase(null, "ba", "ab", 'b')]
    [TestCase('a', "ab", "b", 'b')]
    [TestCase(null, "ab", "b", 'b')]
    [TestCase('b', "ab", "", 'b')]
    public void The_only_whole_copy_is_never_written(char? started, string order, string whole, char kept) =>
        Assert.That(
            StageRule.Keep(new LoaderState { Order = order }, started, copy => whole.Contains(copy)),
            Is.EqualTo(kept));

    [Test]
    public void A_copy_says_what_it_is()
    {
        StageAbout about = new("1.4.0", "cloud", "6.1.0", "12 ab", "13 cd");
        Assert.That(StageAbout.Parse(about.Format()), Is.EqualTo(about));
        Assert.That(StageAbout.Parse(about.Format().Replace("stage 1", "stage 2", StringComparison.Ordinal)), Is.Null);
        Assert.That(StageAbout.Parse(about.Format()[..40]), Is.Null);
    }

    [Test]
    public void A_modules_signature_is_found_and_left_out()
    {
        byte[] module = [.. "ELF"u8, 9, 9, .. new byte[8], 0, 0, 0, 2, .. "~Module signature appended~\n"u8];
        Assert.That(ModuleSignature.ContentLength(module), Is.EqualTo(3));
        Assert.That(ModuleSignature.ContentLength("ELF"u8), Is.EqualTo(3));
        module[5 + 8] = 0x7F;
        Assert.That(ModuleSignature.ContentLength(module), Is.EqualTo(module.Length), "longer than the file");
    }

    [Test]
    public void The_command_line_says_which_copy_the_loader_started()
    {
        BootCommandLine line = BootCommandLine.Parse("quiet corenode.copy=b corenode.trial=a");
        Assert.That((line.Copy, line.Trial, line.Unknown.Count), Is.EqualTo(((char?)'b', (char?)'a', 0)));
        Assert.That(BootCommandLine.Parse("corenode.copy=c").Unknown, Has.Count.EqualTo(1));
    }
}
