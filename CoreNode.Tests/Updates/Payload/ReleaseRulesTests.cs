using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Which release a machine takes.</summary>
[TestFixture, Category("Unit")]
internal sealed class ReleaseRulesTests
{
    private static readonly ReleaseExpectation s_machine = new()
    {
        Board = "amd64-usr",
        AppId = "{E96281A6-D1AF-4BDE-9A0A-97B76E56DC57}",
        Counter = 7,
        UnixSeconds = 1_800_000_000,
    };

    [Test]
    public void The_right_release_is_taken_also_the_one_that_runs() =>
        Assert.That(ReleaseRules.Fault(TestImages.Release, s_machine), Is.Null);

    [Test]
    public void Each_reason_has_its_code()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReleaseRules.Fault(null, s_machine)!.Code, Is.EqualTo(PayloadErrorCode.ReleaseMissing));
            Assert.That(CodeOf(s_machine with { Board = "arm64-usr" }), Is.EqualTo(PayloadErrorCode.WrongBoard));
            Assert.That(CodeOf(s_machine with { AppId = "other" }), Is.EqualTo(PayloadErrorCode.WrongApplication));
            Assert.That(CodeOf(s_machine with { Counter = 8 }), Is.EqualTo(PayloadErrorCode.Downgrade));
            Assert.That(CodeOf(s_machine with { Counter = 2 }), Is.EqualTo(PayloadErrorCode.StepMissing));
            Assert.That(
                CodeOf(s_machine with { UnixSeconds = 1_900_000_000 }), Is.EqualTo(PayloadErrorCode.Expired));
        }
    }

    [Test]
    public void The_operators_hand_lifts_age_but_not_another_machines_release()
    {
        ReleaseExpectation allowed = s_machine with
        {
            AllowsDowngrade = true,
            Counter = 8,
            UnixSeconds = 1_900_000_000,
        };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CodeOf(allowed), Is.Null);
            Assert.That(CodeOf(allowed with { Board = "arm64-usr" }), Is.EqualTo(PayloadErrorCode.WrongBoard));
            Assert.That(
                ReleaseRules.Fault(null, allowed)!.Code, Is.EqualTo(PayloadErrorCode.ReleaseMissing));
        }
    }

    private static PayloadErrorCode? CodeOf(ReleaseExpectation machine) =>
        ReleaseRules.Fault(TestImages.Release, machine)?.Code;
}
