using CoreNode.Boot.Model;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class KernelLastWordsTests
{
    [Test]
    public void Pieces_are_put_in_order_and_say_what_the_kernel_stopped_for()
    {
        KernelLastWords? words = KernelLastWords.Of(
        [
            "Panic#2 Part1\n<0>[   12.3] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n"
                + "<4>[   12.4] CPU: 0 PID: 1 Comm: init\n",
            "Oops#1 Part1\n<4>[    9.0] Kernel panic - not syncing: an earlier one\n",
            "Panic#2 Part2\n<6>[   12.0] before",
        ]);
        Assert.That(words!.Reason, Is.EqualTo("Attempted to kill init! exitcode=0x00000100"));
        Assert.That(words.Text, Is.EqualTo("""
            <4>[    9.0] Kernel panic - not syncing: an earlier one
            <6>[   12.0] before
            <0>[   12.3] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100
            <4>[   12.4] CPU: 0 PID: 1 Comm: init

            """));
    }

    [Test]
    public void Without_records_nothing_is_known() => Assert.That(KernelLastWords.Of([]), Is.Null);

    [TestCase("Oops#1 Part1\n<1>[    9.0] BUG: kernel NULL pointer dereference\n")]
    [TestCase("nothing that a kernel writes")]
    [TestCase("")]
    public void What_tells_of_no_stop_has_no_reason(string record)
    {
        KernelLastWords? words = KernelLastWords.Of([record]);
        Assert.That(words!.Reason, Is.Null);
        Assert.That(words.Text, Does.EndWith("\n"));
    }
}
