using CoreNode.Hosting.Wiring;

namespace CoreNode.Tests.Hosting;

[TestFixture, Category("Unit")]
internal sealed class ServiceJobTests
{
    [TestCase("0::/system.slice/corenode.service\n", "corenode.service")]
    [TestCase("5:memory:/x\n1:name=systemd:/system.slice/corenode.service\n0::/\n", "corenode.service")]
    [TestCase("0::/system.slice/corenode.service/units\n", "corenode.service")]
    [TestCase("0::/user.slice/session-3.scope\n", null)]
    [TestCase("4:cpu:/a.service\n0::/\n", null)]
    [TestCase("", null)]
    public void The_service_is_found_by_its_control_group(string groups, string? unit) =>
        Assert.That(ServiceJob.UnitOf(groups), Is.EqualTo(unit));

    [TestCase("12 corenode.service restart running\n", true)]
    [TestCase("11 other.service restart running\n12 corenode.service stop running\n", false)]
    [TestCase("No jobs running.\n", false)]
    [TestCase("", false)]
    public void Only_a_job_of_restart_says_that_it_comes_back(string listing, bool isRestart) =>
        Assert.That(ServiceJob.IsRestart(listing, "corenode.service"), Is.EqualTo(isRestart));
}
