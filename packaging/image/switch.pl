#!/usr/bin/perl
# The network of run.sh: a switch between QEMU's network sockets. QEMU's own hub will not do, because QEMU's user
# network answers whatever it sees, also what machines send to each other; here it sees only what is for it.
#   switch.pl PORT N    listens on 127.0.0.1: at PORT for the user network, at PORT+1 to PORT+N for machines
# The user network gives addresses in the order in which machines ask. So it is asked here, for 52:54:00:c0:de:01 and
# so on, before any machine is there: the machine with the first MAC has 10.0.2.15, always.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($first, $count) = @ARGV;
die "switch.pl PORT N\n" unless defined $count && "$first $count" =~ /^\d+ [1-9]$/;
$SIG{PIPE} = 'IGNORE';
my (@listening, @port, @input, %port_of);
for my $at (0 .. $count) {
    $listening[$at] = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => $first + $at, Listen => 1, ReuseAddr => 1)
        or die 'port ' . ($first + $at) . ": $@\n";
}
my $select = IO::Select->new(@listening);
print "ready\n";
close STDOUT;

# What a socket has is a length of four bytes and a frame, again and again.
sub forward {
    my ($from, $frame) = @_;
    my ($to, $source) = unpack 'a6 a6', $frame;
    my $is_group = ord($to) & 1;
    $port_of{$source} = $from unless ord($source) & 1;
    my $known = $is_group ? undef : $port_of{$to};
    # What is for a machine that did not say anything yet is for no one outside.
    my @to = defined $known ? ($known) : $is_group ? (0 .. $count) : (1 .. $count);
    send_to($_, $frame) for grep { $_ != $from } @to;
}

# Who does not listen, such as a machine that starts, loses frames; nobody waits for it. What is writable takes a frame.
sub send_to {
    my ($at, $frame) = @_;
    return unless $port[$at] && IO::Select->new($port[$at])->can_write(0);
    my $rest = pack('N', length $frame) . $frame;
    while (length $rest) {
        my $sent = syswrite $port[$at], $rest;
        return unless $sent;
        substr $rest, 0, $sent, '';
    }
}

# A frame of DHCP, DISCOVER, from the machine with that number. Its IP header is always the same, so is its checksum.
sub ask {
    my $mac = pack 'H12', sprintf '525400c0de%02d', shift;
    my $bootp = pack 'C4 N n2 N4 a16 a192 N C4',
        1, 1, 6, 0, 1, 0, 0x8000, 0, 0, 0, 0, $mac, '', 0x63825363, 53, 1, 1, 255;
    my $udp = pack 'n4', 68, 67, 8 + length $bootp, 0;
    my @ip = (0x4500, 20 + length("$udp$bootp"), 0, 0, 0x4011, 0, 0, 0, 0xffff, 0xffff);
    my $sum = 0;
    $sum += $_ for @ip;
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    $ip[5] = ~$sum & 0xffff;
    send_to(0, ("\xff" x 6) . $mac . pack('n', 0x0800) . pack('n10', @ip) . $udp . $bootp);
}

sub accept_at {
    my $at = shift;
    if ($port[$at]) {
        $select->remove($port[$at]);
        close $port[$at];
    }
    $port[$at] = $listening[$at]->accept or return;
    $port[$at]->sockopt(SO_SNDBUF, 1 << 18);
    $input[$at] = '';
    $select->add($port[$at]);
    ask($_) for $at ? () : 1 .. $count;
}

sub read_at {
    my $at = shift;
    if (!sysread $port[$at], $input[$at], 1 << 18, length $input[$at]) {
        $select->remove($port[$at]);
        close $port[$at];
        $port[$at] = undef;
        return;
    }
    my $done = 0;
    while (length($input[$at]) - $done >= 4) {
        my $length = unpack 'N', substr $input[$at], $done, 4;
        last if length($input[$at]) - $done - 4 < $length;
        forward($at, substr $input[$at], $done + 4, $length) if $length >= 14;
        $done += 4 + $length;
    }
    substr $input[$at], 0, $done, '';
}

while (my @ready = $select->can_read) {
    for my $one (@ready) {
        for my $at (0 .. $count) {
            accept_at($at) if $one == $listening[$at];
            read_at($at) if $port[$at] && $one == $port[$at];
        }
    }
}
