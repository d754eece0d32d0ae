using CoreNode.Hosting.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Hosting.Updates;

/// <summary>Surfaces hold on to one desk, whatever is behind it.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpdateDoorTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Without_a_client_orders_are_refused_with_the_reason()
    {
        UpdateDoor door = new();
        door.Close("this machine has no slots");
        UpdateOrderResult result = await door.OrderAsync(new UpdateOrder(UpdateOrderKind.Now), CancellationToken.None);
        Assert.That(result.Refusal, Is.EqualTo("this machine has no slots"));
        Assert.That(door.Status.Reason, Is.EqualTo("this machine has no slots"));
        Assert.That(door.History.Entries, Is.Empty);
    }

    [Test]
    public async Task Who_waits_is_told_when_a_client_comes_goes_and_comes_again()
    {
        UpdateDoor door = new();
        using CancellationTokenSource limit = new(s_deadline);
        Task<UpdateStatusView> first = door.WaitForChangeAsync(door.Status.Number, limit.Token);
        Assert.That(first.IsCompleted, Is.False);
        door.Open(new FixedDesk("client 1"));
        UpdateStatusView seen = await first;
        Assert.That(seen.Reason, Is.EqualTo("client 1"));
        Task<UpdateStatusView> second = door.WaitForChangeAsync(seen.Number, limit.Token);
        door.Close("it broke off");
        seen = await second;
        Assert.That(seen.Reason, Is.EqualTo("it broke off"));
        Task<UpdateStatusView> third = door.WaitForChangeAsync(seen.Number, limit.Token);
        door.Open(new FixedDesk("client 2"));
        Assert.That((await third).Reason, Is.EqualTo("client 2"));
    }

    [Test]
    public async Task From_where_a_payload_comes_stands_in_the_status()
    {
        string source = "";
        UpdateDoor door = new(() => source);
        door.Open(new FixedDesk("client"));
        Assert.That(door.Status.Source, Is.Empty);
        source = "machine 7";
        using CancellationTokenSource limit = new(s_deadline);
        UpdateStatusView seen = await door.WaitForChangeAsync(door.Status.Number - 1, limit.Token);
        Assert.That((seen.Source, door.Status.Source), Is.EqualTo((source, source)));
    }

    [Test]
    public void Who_gives_up_waiting_is_let_go()
    {
        UpdateDoor door = new();
        door.Open(new FixedDesk("client"));
        using CancellationTokenSource end = new();
        Task<UpdateStatusView> waiting = door.WaitForChangeAsync(door.Status.Number, end.Token);
        end.Cancel();
        Assert.That(() => waiting, Throws.InstanceOf<OperationCanceledException>());
    }

    private sealed class FixedDesk(string reason) : IUpdateDesk
    {
        public UpdateStatusView Status { get; } = new() { Reason = reason };

        public UpdateHistoryView History => UpdateHistoryView.Empty;

        public async Task<UpdateStatusView> WaitForChangeAsync(long known, CancellationToken cancellation)
        {
            if (known == Status.Number)
                await Task.Delay(Timeout.Infinite, cancellation);
            return Status;
        }

        public Task<UpdateOrderResult> OrderAsync(UpdateOrder order, CancellationToken cancellation) =>
            Task.FromResult(new UpdateOrderResult(Status));
    }
}
