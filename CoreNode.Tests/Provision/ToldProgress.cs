using CoreNode.Provision;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;

namespace CoreNode.Tests.Provision;

/// <summary>Notes what provisioning tells.</summary>
internal sealed class ToldProgress : IProvisionProgress
{
    public List<string> Lines { get; } = [];

    public void Begins(Change change) => Lines.Add($"begin {PlanText.Line(change)}");

    public void IsDone(Change change) => Lines.Add(PlanText.Line(change));

    public void Failed(Change change, string reason) => Lines.Add($"FAILED {PlanText.Line(change)}: {reason}");
}
