using CoreNode.Cli.Config;
using CoreNode.Provision;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;

namespace CoreNode.Hosting.Provision;

/// <summary>What provisioning does, as the command line tells it.</summary>
internal sealed class StepTeller(Action<ConfigStep> tell) : IProvisionProgress
{
    /// <inheritdoc/>
    public void Begins(Change change)
    {
        // Told when it is done: until then systemd's own tools show it.
    }

    /// <inheritdoc/>
    public void IsDone(Change change) => tell(new ConfigStep(PlanText.Line(change), ""));

    /// <inheritdoc/>
    public void Failed(Change change, string reason) => tell(new ConfigStep(PlanText.Line(change), reason));
}
