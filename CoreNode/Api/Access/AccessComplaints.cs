using System.Net;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Access;

/// <summary>
/// Log lines about refused requests: one a rule in an interval, with how many it stands for, so that whoever is refused
/// cannot fill the log. Any thread.
/// </summary>
internal sealed partial class AccessComplaints(TimeSpan interval, TimeProvider time, ILogger log)
{
    private readonly Lock _gate = new(); // _rules
    private readonly Dictionary<AccessRule, Said> _rules = [];

    /// <summary>A request was refused; says so unless it said the same a moment ago.</summary>
    public void Refused(AccessRule rule, in AccessQuestion question, IPAddress? remote)
    {
        long now = time.GetTimestamp();
        long unsaid = 0;
        lock (_gate)
        {
            if (_rules.TryGetValue(rule, out Said? said) && time.GetElapsedTime(said.When, now) < interval)
            {
                said.Unsaid++;
                return;
            }

            unsaid = said?.Unsaid ?? 0;
            _rules[rule] = new Said { When = now };
        }

        string who = question.Caller.CertificateName is { Length: > 0 } name ? $" (certificate {name})" : "";
        string from = remote?.ToString() ?? "a process of this machine";
        LogRefused(log, from + who, question.Listener.Name, question.Surface, AccessText.Name(rule), unsaid);
    }

    private sealed class Said
    {
        public required long When { get; init; }

        public long Unsaid { get; set; }
    }
}
