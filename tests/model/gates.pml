/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gates of a load, on one processor, while other tasks stand preempted inside of them. What it
 * covers and what not, and what came of it, is in README.md beside it.
 *
 *   -DSKIPS        the kernel skips a program that runs already on this processor: fmod_ret, and LSM
 *                  on kernels of old. Without it only G5 and G6, which are no LSM programs, are skipped.
 *   -DCLONES       G2, G3 and G4 have a clone behind them
 *   -DSITTERS=N    so many other tasks, each of which may stand in any program at any time
 *   -DSTILL        they take their places before a load begins, and stay until it has ended; without
 *                  it one can stand in a program, leave it, and be in another one when that is called
 *   -DLOADS=N      so many loads of the attacker, one after another
 *   -DSIGNED=0|1   whether the kernel finds the attacker's own module validly signed: then G3 is not
 *                  called
 *   -DALARM        the property is that none gets in untold, instead of that none gets in
 *
 * And mistakes, each of which the others stand between it and a way in, to see that they do:
 *   -DMISSED       G2 may not be asked about a load at all
 *   -DUNCHECKED    G3 and G4 let in what has no ticket
 *   -DLEFT         G1 leaves the ticket that a load before has left
 *   -DBLIND        no gate looks at what the policy says
 */

#ifndef SITTERS
#define SITTERS 2
#endif
#ifndef LOADS
#define LOADS 1
#endif
#ifndef SIGNED
#define SIGNED 0
#endif

/* Programs. */
#define G1   0
#define G2   1
#define G2C  2
#define G3   3
#define G3C  4
#define G4   5
#define G4C  6
#define G5   7
#define G6   8
#define PROGRAMS 9

/* The attacker's two modules: one that some policy lists, and one that none does. */
#define LISTED   0
#define UNLISTED 1

bool inside[PROGRAMS];   /* a task stands in the program, preempted */
bool lists = true;    /* the policy in force lists LISTED; the other lists nothing */

/* The ticket of the attacker's task: it outlives a load whose G6 was skipped. */
bool has_ticket, saw_content, was_named, was_loaded, handed_on;
bit digest;           /* of which module: what the policy is asked for */
bit bound;            /* to which struct module */

/* The load that is going on. */
bit module;
bit address;          /* of its struct module: of one that is gone it may come again */
bool was_allowed;     /* a policy that was in force at some time since it began lists it */
bool refused, told, is_loading, is_over;

#define ALLOWS(of) (lists && of == LISTED)

#ifdef BLIND
#define REFUSES(of) false
#else
#define REFUSES(of) (!ALLOWS(of))
#endif

#ifdef UNCHECKED
#define REFUSES_NO_TICKET false
#else
#define REFUSES_NO_TICKET true
#endif

#ifdef SKIPS
#define SKIPPED(program) (inside[program])
#else
#define SKIPPED(program) ((program == G5 || program == G6) && inside[program])
#endif

/* start(): the ticket begins anew. */
inline begin_ticket()
{
	has_ticket = true;
	saw_content = false;
	was_named = false;
	was_loaded = false;
	handed_on = false;
}

/* start_only(): leaves no ticket for G2, which knows all that was known here. */
inline gate_1()
{
#ifdef LEFT
	skip
#else
	begin_ticket();
	has_ticket = false;
#endif
}

/* content(): a ticket of this very load may be there from the stored bytes; else a new one. */
inline content()
{
	begin_ticket();
	saw_content = true;
	digest = module;
	refused = REFUSES(digest);
}

inline gate_2()
{
	content();
	handed_on = !refused;
}

inline gate_2_clone()
{
	if
	:: has_ticket && handed_on -> handed_on = false
	:: else -> content()
	fi
}

inline gate_3()
{
	if
	:: !has_ticket || !saw_content -> refused = REFUSES_NO_TICKET
	:: else -> refused = REFUSES(digest)
	fi
}

/* The node "holders"; what the node of the name is judged by is the same. */
inline gate_4()
{
	if
#ifdef CLOSED
	/* a ticket that has seen a module through opens nothing */
	:: has_ticket && was_loaded -> refused = true
#else
	:: has_ticket && was_loaded -> skip
#endif
	:: !has_ticket || !saw_content -> refused = REFUSES_NO_TICKET
	:: else ->
		bound = address;
		was_named = true;
		refused = REFUSES(digest)
	fi
}

inline gate_5()
{
	told = !has_ticket || !was_named || bound != address;
	was_loaded = true
}

/* A program is called: the kernel skips it, or it runs, and others come between. */
#define CALL(program, body)                                                                        \
	if                                                                                         \
	:: refused -> skip                                                                         \
	:: else ->                                                                                 \
		if                                                                                 \
		:: d_step { SKIPPED(program) -> skip }                                             \
		:: d_step { !SKIPPED(program) -> body() }                                          \
		fi                                                                                 \
	fi

/* A load, from the system call's begin to its end, by which a killed task leaves, too. */
active proctype attacker()
{
	byte loads = 0;

	do
	:: loads < LOADS ->
		d_step {
			loads++;
			refused = false;
			told = false;
			was_allowed = false;
			is_loading = true
		}
		if
		:: module = LISTED
		:: module = UNLISTED
		fi;
		if
		:: address = 0
		:: address = 1
		fi;
		was_allowed = ALLOWS(module);
		CALL(G1, gate_1);
		if
#ifdef MISSED
		:: skip
#endif
		:: true ->
			CALL(G2, gate_2);
#ifdef CLONES
			CALL(G2C, gate_2_clone)
#endif
		fi;
		if
		:: module == UNLISTED && SIGNED -> skip
		:: else ->
			CALL(G3, gate_3);
#ifdef CLONES
			CALL(G3C, gate_3)
#endif
		fi;
		if
		:: refused = true /* the kernel itself does: there already, broken, no memory */
		:: skip
		fi;
		CALL(G4, gate_4);
#ifdef CLONES
		CALL(G4C, gate_4);
#endif
		if
		:: refused -> skip
		:: else ->
			CALL(G5, gate_5);
			/* its code runs */
#ifdef ALARM
			assert(was_allowed || told)
#else
			assert(was_allowed)
#endif
		fi;
		if
		:: d_step { SKIPPED(G6) -> is_loading = false }
		:: d_step { !SKIPPED(G6) -> has_ticket = false; is_loading = false }
		fi
	:: else -> break
	od;
	is_over = true
}

/* A task comes to stand in a program, or leaves it. */
#ifdef STILL
#define MAY_MOVE (!is_loading)
#else
#define MAY_MOVE true
#endif
#define SITTER(program)                                                                            \
	:: d_step { MAY_MOVE && standing < SITTERS && !inside[program] ->                           \
		inside[program] = true; standing++ }                                                \
	:: d_step { MAY_MOVE && inside[program] -> inside[program] = false; standing-- }

/*
 * Listed loads, mkdir in cgroupfs, blobs: whatever gets tasks into programs and preempted there. A
 * second one in the same program makes no difference, and so there is none.
 */
active proctype sitters()
{
	byte standing = 0;

	do
	:: is_over -> break
	SITTER(G1)
	SITTER(G2)
	SITTER(G3)
	SITTER(G4)
	SITTER(G5)
	SITTER(G6)
#ifdef CLONES
	SITTER(G2C)
	SITTER(G3C)
	SITTER(G4C)
#endif
	od
}

/* Another policy is put in force, as a whole, at any moment. */
active proctype administrator()
{
	do
	:: is_over -> break
	:: d_step { lists -> lists = false }
	:: d_step { !lists -> lists = true; was_allowed = was_allowed || module == LISTED }
	od
}
